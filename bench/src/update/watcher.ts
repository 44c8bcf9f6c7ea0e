import { setTimeout } from "node:timers/promises";
import type { Worker } from "../calls/worker.js";

const PATIENCE_MS = 5000;
/** Until the worker looks. */
const READY_MS = 30;
const NS_PER_MS = 1e6;

/** When a change took effect, in milliseconds since it began. */
export interface Effect {
  readonly onNew: number;
  /** on a socket that was connected before; null where it went on, or where nothing is refused */
  readonly onOld: number | null;
}

/** Watches what happens to a worker's calls while `change` runs. Throws when nothing happens. */
export async function watchChange(
  worker: Worker,
  place: string,
  expected: "refused" | "passed",
  change: () => void,
): Promise<Effect> {
  const answer = worker.order(`${expected} ${place} ${PATIENCE_MS}`);
  await setTimeout(READY_MS);
  const began = process.hrtime.bigint();
  change();
  const [onNew, onOld] = (await answer).split(" ").map((text) => since(began, BigInt(text)));
  if (onNew === undefined || onNew === null) {
    throw new Error(`Cannot measure the change: no call was ${expected} after it`);
  }
  return { onNew, onOld: onOld ?? null };
}

function since(began: bigint, ns: bigint): number | null {
  return ns === 0n ? null : Number(ns - began) / NS_PER_MS;
}
