import type { SourceLocation } from "@ringfence/model";
import { limitError, limits } from "../limits.js";
import { byteClasses } from "./byte-classes.js";
import { patternTokens } from "./pattern-tokens.js";
import { StateSets } from "./state-sets.js";

/** An automaton with, for each state, the indices of the patterns that match a path ending there. */
export interface Dfa {
  readonly byteClass: Uint8Array;
  readonly classCount: number;
  readonly stateCount: number;
  readonly start: number;
  readonly transitions: Uint32Array;
  readonly matches: readonly (readonly number[])[];
}

/**
 * One automaton for all patterns, by subset construction (Rabin and Scott 1959). State 0 is dead. The location
 * goes into the error for patterns that need too many states.
 */
export function buildDfa(patterns: readonly string[], location?: SourceLocation): Dfa {
  const tokens = patterns.map(patternTokens);
  const { classOf, count } = byteClasses(tokens);
  const sets = new StateSets(tokens, classOf, count);
  const dead = sets.number([]);
  const start = sets.number(sets.startPlaces());
  const transitions: number[] = new Array<number>(count).fill(dead);
  for (let state = start; state < sets.size; state++) {
    for (const next of sets.successors(state)) transitions.push(next);
    if (sets.size > limits.automatonStates) {
      const hint = "Use fewer executable patterns, or fewer ** within them";
      throw limitError("automaton states or more", sets.size, limits.automatonStates, hint, location);
    }
  }
  return {
    byteClass: classOf,
    classCount: count,
    stateCount: sets.size,
    start,
    transitions: Uint32Array.from(transitions),
    matches: sets.matches(),
  };
}
