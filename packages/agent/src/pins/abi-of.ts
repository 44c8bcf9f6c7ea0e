import { createHash } from "node:crypto";
import { type BpfObject, layout } from "@ringfence/kernel";

/**
 * 16 hex digits that stand for what the programs of an object and the maps that they share are made of: objects with the
 * same ones can take each other's place.
 */
export function abiOf(object: Pick<BpfObject, "mapDefinitions">): string {
  const maps = [...object.mapDefinitions()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([maps, layout]))
    .digest("hex")
    .slice(0, 16);
}
