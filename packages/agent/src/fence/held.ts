import { setTimeout as sleep } from "node:timers/promises";
import { type BpfLink, iterate, type RawMap } from "@ringfence/kernel";
import { readFence } from "../observe/flows.js";

const LOOK_EVERY_MS = 250;
/** An orphaned connection that nobody answers ends after 8 repetitions, about 100 seconds (tcp_orphan_retries). */
const PATIENCE_MS = 150_000;

/**
 * Ends connections of this network namespace that hold data which the policy denied: it would leave when nobody drops it
 * any more. Before Linux 6.5 it waits for their own end. False if some are left after 150 seconds.
 * @param end the iterator that ends or counts them
 * @param fence the map with the count
 */
export async function endHeld(end: Pick<BpfLink, "fd">, fence: RawMap): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (look(end, fence) > 0) {
    if (performance.now() > deadline) return false;
    await sleep(LOOK_EVERY_MS);
  }
  return true;
}

function look(end: Pick<BpfLink, "fd">, fence: RawMap): number {
  const before = readFence(fence).held_back;
  iterate(end);
  return readFence(fence).held_back - before;
}
