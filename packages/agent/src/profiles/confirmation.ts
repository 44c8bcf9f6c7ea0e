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

  /** Throws RF_STATE when it cannot be put on the disk: then nothing waits. */
  begin(file: string, previous: string | null, seconds: number): void {
    const pending = { file, previous, deadline: uptimeSeconds() + seconds, bootId: bootId() };
    this.#state.writePending(pending);
    this.#pending = pending;
    this.wait();
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

  /** Nothing waits any more. Throws RF_STATE when the disk does not know. */
  end(): void {
    this.stop();
    this.#pending = null;
    this.#state.removePending();
  }

  /** Stops the clock of this process. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
