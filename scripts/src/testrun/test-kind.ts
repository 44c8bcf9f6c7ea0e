/**
 * What a compiled test file is, by the end of its name. `.e2e` runs end to end on both kernels, `.races.e2e` too and
 * needs more than one CPU to show anything. `.host.e2e` proves nothing about a kernel, so this machine's is enough.
 */
export type TestKind = "unit" | "e2e" | "races" | "host";

const endings: readonly (readonly [string, TestKind])[] = [
  [".races.e2e.test.js", "races"],
  [".host.e2e.test.js", "host"],
  [".e2e.test.js", "e2e"],
  [".test.js", "unit"],
];

/** Undefined for a file that is no test. */
export function testKind(path: string): TestKind | undefined {
  return endings.find(([ending]) => path.endsWith(ending))?.[1];
}
