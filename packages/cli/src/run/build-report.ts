import {
  type Fence,
  type Guard,
  readDnsCounters,
  readFence,
  readFlows,
  readLosses,
  readOverflow,
  reportFlows,
} from "@ringfence/agent";
import type { PolicySummary } from "@ringfence/agent/policy";
import { isolationOf, landlockAbi } from "@ringfence/kernel/system";
import {
  type Address,
  formatAddress,
  REPORT_SCHEMA,
  type Report,
  type ReportAsker,
  type ReportOutcome,
} from "@ringfence/model";
import type { EventLog } from "./event-log.js";
import type { RunOptions } from "./run-options.js";

export interface FinishedCommand {
  readonly command: readonly string[];
  readonly pid: number;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** The report of a run, from the kernel's own counts. */
export function buildReport(
  fence: Fence,
  events: Pick<EventLog, "names" | "nameRows" | "askers">,
  askers: readonly ReportAsker[],
  context: {
    readonly finished: FinishedCommand;
    readonly policy: PolicySummary;
    readonly options: RunOptions;
    readonly resolvers: readonly Address[];
    readonly warnings: readonly string[];
    readonly lostLogLines: number;
  },
): Report {
  const { finished, policy, options } = context;
  const state = readFence(fence.object.rawMap("fence"));
  const flows = reportFlows(readFlows(fence.object.rawMap("flows"), state.next_flow), events.names);
  const overflow = readOverflow(fence.object.rawMap("flows"));
  const counters = readDnsCounters(fence.object.rawMap("dns_counters"));
  const sum = (outcome: ReportOutcome) =>
    flows
      .filter((flow) => flow.outcome === outcome)
      .reduce((total, flow) => total + flow.verdicts, overflow[outcome]);
  return {
    schema: REPORT_SCHEMA,
    command: [...finished.command],
    pid: finished.pid,
    exitCode: finished.exitCode,
    signal: finished.signal,
    startedAt: finished.startedAt.toISOString(),
    endedAt: finished.endedAt.toISOString(),
    mode: modeOf(policy),
    user: options.user,
    privileged: options.privileged,
    packetHooks: options.packetHooks,
    packetSockets: packetSocketsOf(fence, options),
    securityModule: fence.guard.status,
    policy: {
      revision: policy.names.revision,
      graceSeconds: policy.names.graceSeconds,
      profiles: policy.profiles.map(({ name, mode }, index) => ({
        name,
        mode,
        source: policy.sources[index] ?? "",
      })),
    },
    stillRunning: Number(state.live),
    totals: {
      allowed: sum("allowed"),
      denied: sum("denied"),
      wouldDeny: sum("would-deny"),
      wouldAllow: sum("would-allow"),
    },
    flows,
    names: {
      resolvers: context.resolvers.map(formatAddress),
      queries: events.nameRows.rows(),
      moreQueries: events.nameRows.more,
      askers: [...askers],
      moreAskers: events.askers.more,
      counters,
    },
    losses: readLosses(fence.object.rawMap("losses"), context.lostLogLines),
    warnings: [
      ...policy.warnings,
      ...context.warnings,
      ...overflowWarnings(overflow),
      ...guardWarnings(fence.guard),
      ...borrowedWarnings(state.borrowed_open),
      ...packetSocketWarnings(fence, policy, options),
      ...isolationWarnings(options),
      ...impostorWarnings(counters),
    ],
  };
}

function modeOf({ profiles }: PolicySummary): Report["mode"] {
  const modes = new Set(profiles.map((profile) => profile.mode).filter((mode) => mode !== "off"));
  return modes.size === 2 ? "mixed" : modes.has("enforce") ? "enforce" : "audit";
}

function overflowWarnings(overflow: Readonly<Record<ReportOutcome, number>>): string[] {
  const named = Object.entries(overflow).filter(([, count]) => count > 0);
  if (named.length === 0) return [];
  const counts = named.map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  return [`the flow table is full: ${counts} to further destinations are in the totals and not in the rows`];
}

/** A kernel without them is for `doctor` to tell about. */
function guardWarnings({ surprise }: Guard): string[] {
  return surprise === null ? [] : [`the security module hooks are not in force: ${surprise}`];
}

function borrowedWarnings(open: number): string[] {
  if (open === 0) return [];
  const what = open === 1 ? "a socket was" : `${open} sockets were`;
  return [
    `${what} connected outside the fence to where the policy denies, and used inside: this kernel cannot end it (Linux 6.5 can, or BPF as security module)`,
  ];
}

function impostorWarnings({ forged }: Report["names"]["counters"]): string[] {
  if (forged === 0) return [];
  return [
    "a process inside sent as a trusted resolver, or was bound to port 53 at its address: what such a resolver answered over loopback from then on taught no names",
  ];
}

function packetSocketsOf(fence: Fence, { privileged }: RunOptions): Report["packetSockets"] {
  if (!privileged) return "taken";
  if (fence.guard.status === "active") return "refused";
  return fence.packetSockets.links.length > 0 ? "stopped" : "open";
}

/** A policy that denies nothing has nothing that such a socket gets around. */
function packetSocketWarnings(fence: Fence, { denies }: PolicySummary, options: RunOptions): string[] {
  if (!denies) return [];
  const { interfaces, refused } = fence.packetSockets;
  switch (packetSocketsOf(fence, options)) {
    case "stopped":
      return [
        `AF_PACKET sockets are stopped at ${interfaces.join(", ")}; open on other interfaces and in other network namespaces, and to a process that changes its cgroup first`,
      ];
    case "open":
      return [`AF_PACKET sockets are open: ${refused ?? "nothing stops them with --packet-sockets report"}`];
    default:
      return [];
  }
}

function isolationWarnings({ privileged }: RunOptions): string[] {
  if (privileged || isolationOf(landlockAbi()) !== "none") return [];
  return [
    "this kernel has no Landlock: a root command can take over processes outside the fence; use --user, or boot with lsm=landlock",
  ];
}
