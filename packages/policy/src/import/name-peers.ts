import { type NamePattern, namePatternText, type Peer } from "@ringfence/model";
import type { Placed } from "./placed.js";

/** Names as destinations of a rule, each once: other tools take one twice. */
export function namePeers(names: readonly Placed<NamePattern>[]): readonly Peer[] {
  const patterns = new Map(names.map(({ value }) => [namePatternText(value), value]));
  return [...patterns.values()].map((pattern) => ({ kind: "name", pattern }));
}
