import { parseArgs } from "node:util";
import { isPartName, parts } from "./parts.js";
import type { PartName } from "./report/results.js";

export interface BenchOptions {
  /** parts to measure; null: all */
  readonly only: readonly PartName[] | null;
  readonly quick: boolean;
}

/** Reads the command line. Throws for what it does not know. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: "string", multiple: true }, quick: { type: "boolean", default: false } },
  });
  const only = values.only?.flatMap((list) => list.split(",")).map(partNamed) ?? null;
  return { only, quick: values.quick };
}

function partNamed(name: string): PartName {
  if (isPartName(name)) return name;
  throw new Error(`Cannot measure "${name}": the parts are ${Object.keys(parts).join(", ")}`);
}
