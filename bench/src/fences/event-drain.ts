import { type EventHandlers, readEvent } from "@ringfence/agent";
import { RingBufferReader } from "@ringfence/kernel";

const ignore: EventHandlers = {
  onVerdict: () => undefined,
  onProcess: () => undefined,
  onDns: () => undefined,
  onTreeEmpty: () => undefined,
};

const onRecord = (view: DataView, offset: number) => readEvent(view, offset, ignore);

/**
 * Reads and decodes a fence's events as they come, as `ringfence run` does: its wake-ups are part of what a call
 * costs. Paused, it leaves them in the ring, and the kernel wakes nobody.
 */
export class EventDrain {
  readonly #reader: RingBufferReader;
  #stop = new AbortController();
  #done: Promise<void>;

  constructor(ringFd: number) {
    this.#reader = RingBufferReader.fromFd(ringFd);
    this.#done = this.#run();
  }

  async pause(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  /** Reads what waits, while paused. */
  drainNow(): void {
    this.#reader.drain(onRecord);
  }

  resume(): void {
    this.drainNow();
    this.#stop = new AbortController();
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    await this.pause();
    this.#reader.close();
  }

  #run(): Promise<void> {
    return this.#reader.run({ signal: this.#stop.signal, onRecord });
  }
}
