import { type BpfMap, type BpfObject, layout, StructCodec, u32Codec } from "@ringfence/kernel";
import { bootNs } from "../host/uptime.js";

const codec = new StructCodec(layout.rf_attendance, "rf_attendance");

/** An agent that was not heard of for so long is dead. */
export const DEAD_AFTER_MS = 10_000;

/** What an agent leaves with the kernel, so that its sudden end erases none of it. */
export class Attendance {
  readonly #map: BpfMap<number, layout.rf_attendance>;
  /** Repeats that the agent before this one had taken from the kernel and not told when it was killed. */
  readonly missed: number;
  readonly #lostBefore: number;
  #isMissedTold = false;
  #untold = 0;
  #heardNs = bootNs();

  constructor(object: BpfObject) {
    this.#map = object.map("attendance", u32Codec, codec);
    const { untold = 0n, lost = 0n } = this.#map.get(0) ?? {};
    this.missed = Number(untold);
    this.#lostBefore = Number(lost);
  }

  /** What was missed so, of all agents before this one. */
  get lost(): number {
    return this.#lostBefore + this.missed;
  }

  /** Says that the agent lives: once it has not for DEAD_AFTER_MS, profiles that open then do. */
  attend(): void {
    this.#heardNs = bootNs();
    this.#write();
  }

  /** Says how many repeats were taken and are not told yet. */
  note(untold: number): void {
    if (untold === this.#untold) return;
    this.#untold = untold;
    this.#write();
  }

  /** What was missed is told: until then it is the next agent's to tell. */
  settle(): void {
    this.#isMissedTold = true;
    this.#write();
  }

  #write(): void {
    const [untold, lost] = this.#isMissedTold ? [0, this.lost] : [this.missed, this.#lostBefore];
    this.#map.set(0, {
      heard_ns: this.#heardNs,
      limit_ns: BigInt(DEAD_AFTER_MS) * 1_000_000n,
      untold: BigInt(untold + this.#untold),
      lost: BigInt(lost),
    });
  }
}
