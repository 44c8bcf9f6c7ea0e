/** How many tests ended how, and which failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** A line each: where, and the first line of what it said. */
  readonly failures: readonly string[];
}

export const noTests: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** One failure that no test stands for. */
export function oneFailure(what: string): Counts {
  return { ...noTests, failed: 1, failures: [what] };
}

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
  };
}

/** The line that closes a run. Whoever runs the suite reads the result from it. */
export function closingLine({ passed, failed, skipped }: Omit<Counts, "failures">): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Zero only if something ran and nothing failed. */
export function exitStatus({ passed, failed }: Pick<Counts, "passed" | "failed">): number {
  return passed > 0 && failed === 0 ? 0 : 1;
}
