import type { SelftestResult, SelftestRun } from "@ringfence/model";

/** What the best result depends on. */
export interface KernelFacts {
  readonly release: string;
  readonly architecture: string;
  /** whether programs can be attached to LSM hooks */
  readonly lsmBpf: boolean;
}

type Expectation = SelftestResult | ((kernel: KernelFacts) => SelftestResult);

/** Refused at the call by the LSM hooks, and otherwise something less. */
const withoutLsm =
  (result: SelftestResult): Expectation =>
  ({ lsmBpf }) =>
    lsmBpf ? "blocked-at-call" : result;

/** The best that this version can do, by run and method, where that is not a refusal at the call. */
const exceptions: Readonly<Record<string, Expectation>> = {
  // the kernel swallows the packet hook's answer
  "plain/ping-v6": "blocked-in-flight",
  // SCTP's calls meet no hook, so the packet hook drops what they send
  "plain/sctp-connect": "blocked-in-flight",
  "plain/sctp-sendto": "blocked-in-flight",
  // io_uring does not pass through seccomp
  "plain/io-uring-vsock": withoutLsm("open"),
  // who keeps the capabilities may open them; packet sockets are stopped at the interface
  "privileged/packet-raw": withoutLsm("blocked-in-flight"),
  "privileged/packet-dgram": withoutLsm("blocked-in-flight"),
  "privileged/xdp": withoutLsm("open"),
  "privileged/vsock": withoutLsm("open"),
  // no other hook meets a connected socket; the look through the descriptors comes once a second, or too late
  "plain/passed-tcp-connected": withoutLsm("open"),
  "plain/passed-udp-connected": withoutLsm("open"),
  "plain/passed-ping": withoutLsm("open"),
  "plain/passed-raw": withoutLsm("open"),
  "plain/passed-raw-connected": withoutLsm("open"),
  "plain/passed-packet": withoutLsm("open"),
};

/** RUN/METHOD of every row that is expected not to be refused at the call, on some kernel at least. */
export const exceptedRows: readonly string[] = Object.keys(exceptions);

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
