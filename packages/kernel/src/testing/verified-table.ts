import type { VerifiedObjects } from "./verified-programs.js";

/** More instructions than any program of ours may take; the kernel refuses at ten times as many. */
export const mostInstructions = 100_000;
/** By the larger of these a program may grow until the table has to be written again. */
const growth = { factor: 1.15, instructions: 100 };

/** `bpf/verified.json`: what was measured last, by kernel, such as "6.1". */
export interface VerifiedTable {
  readonly kernels: Readonly<Record<string, VerifiedObjects>>;
}

/** What a comparison found: one line for every program, and what is wrong. */
export interface VerifiedComparison {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** "6.1" for "6.1.0-49-amd64". */
export function kernelSeries(release: string): string {
  return /^\d+\.\d+/.exec(release)?.[0] ?? release;
}

/** Compares with what the table says of the same kernel; a kernel that it does not know has only the limit. */
export function compareVerified(
  recorded: VerifiedObjects | undefined,
  measured: VerifiedObjects,
): VerifiedComparison {
  const lines: string[] = [];
  const problems: string[] = [];
  const gone = Object.keys(recorded ?? {}).filter((object) => !(object in measured));
  for (const object of gone) problems.push(`${object} is not built, but in the table`);
  for (const [object, programs] of Object.entries(measured)) {
    const before = recorded?.[object];
    if (programs === null) {
      lines.push(`${object}: this kernel does not load it`);
      if (before) problems.push(`${object} was loaded when the table was written, and is not now`);
      continue;
    }
    if (before === null) problems.push(`${object} is loaded now, and was not when the table was written`);
    for (const program of Object.keys(before ?? {}).filter((name) => !(name in programs))) {
      problems.push(`${object}/${program} is gone, but in the table`);
    }
    for (const [program, now] of Object.entries(programs)) {
      const name = `${object}/${program}`;
      const then = before?.[program];
      lines.push(`${name}: ${then ?? "new"} -> ${now}`);
      if (now > mostInstructions)
        problems.push(`${name} takes ${now} instructions, the limit is ${mostInstructions}`);
      else if (recorded !== undefined && before !== null && then === undefined)
        problems.push(`${name} is new: ${now} instructions`);
      else if (then !== undefined && now > Math.max(then * growth.factor, then + growth.instructions))
        problems.push(`${name} grew from ${then} to ${now}`);
    }
  }
  return { lines, problems };
}
