import {
  ANSWER_WAIT_SECONDS,
  Askers,
  CommandLines,
  dnsLine,
  type FlowNames,
  type LineContext,
  NameRows,
  readEvent,
  Unanswered,
  unansweredLine,
  verdictLine,
} from "@ringfence/agent";
import { type RawMap, RingBufferReader } from "@ringfence/kernel";
import type { DnsLine } from "@ringfence/model";
import type { LogFile } from "./log-file.js";

export interface EventLogOptions {
  readonly ringFd: number;
  readonly names: Omit<FlowNames, "commandLines">;
  readonly log: LogFile | null;
  /** DNS queries that wait for an answer */
  readonly queries: RawMap;
  /** now, in nanoseconds of the boot clock */
  readonly now: () => bigint;
  readonly context: LineContext;
  readonly onTreeEmpty: () => void;
}

/** The kernel wakes us only when much is waiting: this is how late a line of the log may be. */
const LOOK_EVERY_MS = 100;

/** How often queries without an answer are looked for. */
const UNANSWERED_EVERY_MS = 1000;
const WAIT_NS = BigInt(ANSWER_WAIT_SECONDS) * 1_000_000_000n;

/** Later than anything the kernel says: its clock is a little ahead of what `now` makes of ours. */
const END_OF_TIME = 2n ** 63n;

/** Reads the kernel's events while the run lasts: verdicts and DNS into the log, what the report joins in memory. */
export class EventLog {
  readonly commandLines = new CommandLines();
  readonly nameRows = new NameRows();
  readonly askers = new Askers();
  readonly #reader: RingBufferReader;
  readonly #options: EventLogOptions;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  readonly #unanswered: Unanswered;
  readonly #unansweredTimer: NodeJS.Timeout;
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
    this.#unanswered = new Unanswered(options.queries);
    const takeOld = () => this.#takeUnanswered(options.now() - WAIT_NS);
    this.#unansweredTimer = setInterval(takeOld, UNANSWERED_EVERY_MS).unref();
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
    clearInterval(this.#unansweredTimer);
    this.#stop.abort();
    await this.#done;
    this.#look();
    this.#takeUnanswered(END_OF_TIME);
    this.#options.log?.flush();
    this.#reader.close();
  }

  #look(): void {
    this.#reader.drain(this.#onRecord);
    this.#options.log?.flush();
  }

  #takeUnanswered(before: bigint): void {
    for (const query of this.#unanswered.take(before)) {
      this.#addDns(unansweredLine(query, this.names, this.#options.context));
    }
  }

  #addDns(line: DnsLine): void {
    this.nameRows.add(line);
    this.askers.add(line);
    this.#options.log?.add(line);
  }

  readonly #onRecord = (view: DataView, offset: number): void => {
    const { log, context, onTreeEmpty } = this.#options;
    readEvent(view, offset, {
      onProcess: (event) => this.commandLines.add(event),
      onDns: (event) => this.#addDns(dnsLine(event, this.names, context)),
      onVerdict: (event) => log?.add(verdictLine(event, this.names, context)),
      onTreeEmpty,
    });
  };
}
