import type { FileContent } from "../host/durable-file.js";
import { uptimeSeconds } from "../host/uptime.js";
import { bootId } from "../observe/boot-clock.js";
import type { AgentState, PendingChange } from "./agent-state.js";

/** How soon a change that could not be taken back is tried again. */
const AGAIN_MS = 5_000;

/** The change that waits to be confirmed, if one does; it is on the disk, so that an end of the agent does not keep it. */
export class Confirmation {
  readonly #state: AgentState;
  readonly #due: () => void;
  #pending: PendingChange | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param due called when the time is over; `remaining` may still be above zero by a fraction */
  constructor(state: AgentState, due: () => void) {
    this.#state = state;
    this.#due = due;
  }

  get pending(): PendingChange | null {
    return this.#pending;
  }

  /** Seconds until the change is taken back, none after a boot, which nobody confirmed; null when none waits. */
  get remaining(): number | null {
    if (this.#pending === null) return null;
    return this.#pending.bootId === bootId() ? Math.max(0, this.#pending.deadline - uptimeSeconds()) : 0;
  }

  /** Goes on with a change that an agent before this one waited for. Throws RF_STATE. */
  resume(): void {
    this.#pending = this.#state.readPending();
    this.wait();
  }

  /**
   * Puts on the disk what to go back to, before a change is made: one that is not finished is taken back at the next start.
   * Throws RF_STATE: then nothing waits.
   */
  prepare(files: readonly FileContent[]): void {
    this.#write({ files, deadline: 0, bootId: bootId() });
  }

  /** The change that was prepared is made, and waits for so many seconds to be confirmed. Throws RF_STATE. */
  begin(seconds: number): void {
    if (this.#pending === null) return;
    this.#write({ ...this.#pending, deadline: uptimeSeconds() + seconds });
    this.wait();
  }

  #write(pending: PendingChange): void {
    this.#state.writePending(pending);
    this.#pending = pending;
  }

  /** Has `due` called when the time is over. */
  wait(): void {
    const { remaining } = this;
    if (remaining !== null) this.#timer = setTimeout(this.#due, remaining * 1000);
  }

  /** Has `due` called once more: what is due could not be done. */
  again(): void {
    this.#timer = setTimeout(this.#due, AGAIN_MS);
  }

  /** Nothing waits any more. Throws RF_STATE when the disk cannot be told: then it waits on. */
  end(): void {
    this.#state.removePending();
    this.stop();
    this.#pending = null;
  }

  /** Stops the clock of this process. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
