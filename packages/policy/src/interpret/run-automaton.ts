import type { AcceptRows, Automaton } from "../compile/automaton/automaton.js";

const encoder = new TextEncoder();
const nothing: AcceptRows = { trustedRow: 1, untrustedRow: 1, ancestorBits: 0n };

/** What the automaton says about a path. */
export function runAutomaton(automaton: Automaton, path: string): AcceptRows {
  let state = automaton.start;
  for (const byte of encoder.encode(path)) {
    const byteClass = automaton.byteClass[byte] ?? 0;
    state = automaton.transitions[state * automaton.classCount + byteClass] ?? 0;
  }
  return automaton.accepts[state] ?? nothing;
}
