import type { Worker } from "../calls/worker.js";

/** Who asks, and where. */
export interface Asker {
  readonly worker: Worker;
  readonly resolver: string;
  /** whether its queries are to be refused */
  readonly refused: boolean;
}

/**
 * Asks for a name, and returns the nanoseconds that each round trip took. Throws where queries were refused that should
 * pass, or passed that should be refused: then something else was measured.
 */
export async function ask(
  { worker, resolver, refused }: Asker,
  name: string,
  count: number,
): Promise<readonly number[]> {
  const answer = await worker.order(`ask ${resolver} ${name} ${count}`);
  const [refusals, ...times] = answer.split(" ").map(Number);
  if (refusals !== (refused ? count : 0)) {
    throw new Error(`Cannot use these numbers: ${refusals} of ${count} queries for "${name}" were refused`);
  }
  return times;
}
