import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../host/durable-file.js";
import { capacityWhere, type PolicyCapacity } from "./policy-capacity.js";

const FILE = "capacity.json";

/**
 * What the first policy of the last start needed room for. Nothing but time depends on it: where there is none, or it is too
 * little, the tables are made once the policy is known. null for what cannot be read.
 */
export function rememberedCapacity(state: string): PolicyCapacity | null {
  try {
    const sizes: Record<string, unknown> = JSON.parse(readFileSync(join(state, FILE), "utf8"));
    return capacityWhere((map) => {
      const size = sizes[map];
      if (typeof size === "number" && Number.isSafeInteger(size) && size >= 0) return size;
      throw new Error(`No size of "${map}"`);
    });
  } catch {
    return null;
  }
}

/** Where the disk is full, the next start is slower, and that is all. */
export function rememberCapacity(state: string, capacity: PolicyCapacity): void {
  try {
    replaceFile(join(state, FILE), JSON.stringify(capacity));
  } catch {
    // see above
  }
}
