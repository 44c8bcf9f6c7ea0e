import type { PolicyCase } from "./policy-case.js";
import { plainerFlows, plainerProcesses } from "./smaller-facts.js";
import { smallerPolicies } from "./smaller-policy.js";

/** A case that was made as small as it could be, and how often it was tried. */
export interface ShrunkCase {
  readonly case: PolicyCase;
  readonly tries: number;
}

/**
 * Makes a failing case smaller while it still fails: takes the first smaller neighbour that fails, and starts over,
 * until none does or `mostTries` is reached. `fails` must be true of `start`; what it throws ends the search.
 */
export function shrink(
  start: PolicyCase,
  fails: (smaller: PolicyCase) => boolean,
  mostTries = 5000,
): ShrunkCase {
  let current = start;
  let tries = 0;
  for (let neighbours = neighboursOf(current); ; ) {
    const next = neighbours.next();
    if (next.done === true || tries === mostTries) return { case: current, tries };
    tries++;
    if (!fails(next.value)) continue;
    current = next.value;
    neighbours = neighboursOf(current);
  }
}

function* neighboursOf(current: PolicyCase): Generator<PolicyCase> {
  for (const profiles of smallerPolicies(current.profiles)) yield { ...current, profiles };
  for (const process of plainerProcesses(current.process)) yield { ...current, process };
  for (const flow of plainerFlows(current.flow)) yield { ...current, flow };
}
