import type { SelftestResult, SelftestRun } from "@ringfence/model";

/** What the best result depends on. */
export interface KernelFacts {
  readonly release: string;
  readonly architecture: string;
  /** whether programs can be attached to LSM hooks */
  readonly lsmBpf: boolean;
}

type Expectation = SelftestResult | ((kernel: KernelFacts) => SelftestResult);

/** The best that this version can do, by run and method, where that is not a refusal at the call. */
const exceptions: Readonly<Record<string, Expectation>> = {};

/** The best possible result of a method in a run on this kernel. */
export function expectedResult(run: SelftestRun, method: string, kernel: KernelFacts): SelftestResult {
  const expectation = exceptions[`${run}/${method}`] ?? "blocked-at-call";
  return typeof expectation === "string" ? expectation : expectation(kernel);
}

const order: readonly SelftestResult[] = [
  "not-available",
  "blocked-at-call",
  "blocked-in-flight",
  "seen-only",
  "open",
  "unclear",
];

export function isWorse(result: SelftestResult, expected: SelftestResult): boolean {
  return order.indexOf(result) > order.indexOf(expected);
}
