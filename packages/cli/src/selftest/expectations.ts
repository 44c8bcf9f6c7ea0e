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
const exceptions: Readonly<Record<string, Expectation>> = {
  // the kernel swallows the packet hook's answer
  "plain/ping-v6": "blocked-in-flight",
  // SCTP's calls meet no hook, so the packet hook drops what they send
  "plain/sctp-connect": "blocked-in-flight",
  "plain/sctp-sendto": "blocked-in-flight",
  // io_uring does not pass through seccomp
  "plain/io-uring-vsock": "open",
  // who keeps the capabilities may open them, and no hook of ours sees what they send
  "privileged/packet-raw": "open",
  "privileged/packet-dgram": "open",
  "privileged/xdp": "open",
  "privileged/vsock": "open",
  // no hook meets a connected socket, and the packet hooks see only what was made in the run's cgroup
  "plain/passed-tcp-connected": "open",
  "plain/passed-udp-connected": "open",
  "plain/passed-ping": "open",
  "plain/passed-raw": "open",
  "plain/passed-raw-connected": "open",
  "plain/passed-packet": "open",
  // only the packet hooks see the route, and they are at the run's cgroup
  "moved/route-lsrr-message": "open",
  "moved/route-ssrr-message": "open",
  "moved/route-rthdr-message": "open",
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
