import { CommandLines, type FlowNames, type LineContext, readEvent, verdictLine } from "@ringfence/agent";
import { RingBufferReader } from "@ringfence/kernel";
import type { LogFile } from "./log-file.js";

export interface EventLogOptions {
  readonly ringFd: number;
  readonly names: Omit<FlowNames, "commandLines">;
  readonly log: LogFile | null;
  readonly context: LineContext;
  readonly onTreeEmpty: () => void;
}

/** The kernel wakes us only when much is waiting: this is how late a line of the log may be. */
const LOOK_EVERY_MS = 100;

/** Reads the kernel's events while the run lasts: verdicts into the log, command lines for the report. */
export class EventLog {
  readonly commandLines = new CommandLines();
  readonly #reader: RingBufferReader;
  readonly #options: EventLogOptions;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #ended: Promise<void> | null = null;

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#reader = RingBufferReader.fromFd(options.ringFd);
    this.#done = this.#reader.run({
      signal: this.#stop.signal,
      onRecord: this.#onRecord,
      onBatchEnd: () => this.#options.log?.flush(),
    });
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  get names(): FlowNames {
    return { ...this.#options.names, commandLines: this.commandLines };
  }

  /** Reads what is left and ends, once however often it is called. */
  stop(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#done;
    this.#look();
    this.#reader.close();
  }

  #look(): void {
    this.#reader.drain(this.#onRecord);
    this.#options.log?.flush();
  }

  readonly #onRecord = (view: DataView, offset: number): void => {
    const { log, context, onTreeEmpty } = this.#options;
    readEvent(view, offset, {
      onProcess: (event) => this.commandLines.add(event),
      onVerdict: (event) => log?.add(verdictLine(event, this.names, context)),
      onTreeEmpty,
    });
  };
}
