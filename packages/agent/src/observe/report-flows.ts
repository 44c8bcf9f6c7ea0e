import type { layout } from "@ringfence/kernel";
import type { ReportFlow, ReportOutcome, ReportProcess } from "@ringfence/model";
import type { DomainNames } from "../names/domain-names.js";
import type { CommandLines } from "./command-lines.js";
import {
  destinationOf,
  directionOf,
  exeFlagsOf,
  hookOf,
  portOf,
  protocolOf,
  reasonOf,
  textOf,
} from "./decode.js";
import { execIdOf } from "./exec-id.js";
import type { Executables } from "./executables.js";
import type { PolicyNames } from "./policy-names.js";
import { nameVerdict } from "./verdict-names.js";

/** Processes that one row of the report names; the count goes on. */
const PROCESSES_SHOWN = 16;

/** What is needed to name the numbers in a flow. */
export interface FlowNames {
  readonly policies: PolicyNames;
  readonly executables: Pick<Executables, "pathOf">;
  readonly commandLines: Pick<CommandLines, "get">;
  readonly domains: Pick<DomainNames, "of" | "textOf" | "expiryOf">;
  readonly bootId: string;
  readonly toIso: (bootNs: bigint) => string;
}

type Draft = { -readonly [K in keyof ReportFlow]: ReportFlow[K] } & {
  processes: ReportProcess[];
  first: bigint;
  last: bigint;
};

const order: readonly ReportOutcome[] = ["denied", "would-deny", "would-allow", "allowed"];

/** Joins kernel rows, one per process image, to rows per executable, destination and verdict: denied first. */
export function reportFlows(flows: Iterable<layout.rf_flow>, names: FlowNames): ReportFlow[] {
  const drafts = new Map<string, Draft>();
  for (const flow of flows) {
    const row = describe(flow, names);
    const key = JSON.stringify([
      row.outcome,
      row.direction,
      row.exe,
      row.exeFlags,
      row.protocol,
      row.address,
      row.port,
      row.domain,
      row.rule,
      row.shadowRule,
      row.reason,
      row.hook,
      row.policyRevision,
    ]);
    const known = drafts.get(key);
    if (known === undefined) drafts.set(key, row);
    else merge(known, row);
  }
  return [...drafts.values()]
    .sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome) || (a.first < b.first ? -1 : 1))
    .map(({ first, last, ...row }) => ({
      ...row,
      firstSeen: names.toIso(first),
      lastSeen: names.toIso(last),
      processes: row.processes.slice(0, PROCESSES_SHOWN),
    }));
}

function describe(flow: layout.rf_flow, names: FlowNames): Draft {
  const { key, actor } = flow;
  const hook = hookOf(key.hook);
  const reason = reasonOf(key.reason);
  const { outcome, rule, shadowRule } = nameVerdict(key, names.policies);
  const address = destinationOf(key.address, hook, reason);
  return {
    outcome,
    direction: directionOf(key.direction),
    exe: names.executables.pathOf(actor.exe),
    exeFlags: exeFlagsOf(actor.exe_flags),
    protocol: protocolOf(key.protocol, reason),
    address,
    port: address === null ? null : portOf(key),
    domain: names.domains.textOf(key.domain),
    names: address === null ? [] : namesOf(flow, names),
    rule,
    shadowRule,
    reason,
    hook,
    policyRevision: names.policies.revisionOf(key.generation),
    verdicts: Number(flow.verdicts),
    sentBytes: Number(flow.sent_bytes),
    receivedBytes: Number(flow.received_bytes),
    firstSeen: "",
    lastSeen: "",
    processes: [processOf(flow, names)],
    processCount: 1,
    first: flow.first_ns,
    last: flow.last_ns,
  };
}

function namesOf({ key, actor }: layout.rf_flow, names: FlowNames): ReportFlow["names"] {
  return names.domains.of(actor.net_ns, key.address).map(({ name, askedBy }) => ({
    name,
    pid: askedBy?.tgid ?? null,
    exe: askedBy === null ? null : names.executables.pathOf(askedBy.exe),
  }));
}

function processOf({ key, actor }: layout.rf_flow, names: FlowNames): ReportProcess {
  return {
    execId: execIdOf(names.bootId, key.tgid, key.exec_ns),
    pid: key.tgid,
    ppid: actor.parent_tgid,
    uid: key.uid,
    gid: actor.gid,
    comm: textOf(actor.comm),
    parentComm: textOf(actor.parent_comm),
    commandLine: names.commandLines.get(key.tgid, key.exec_ns),
  };
}

function merge(known: Draft, row: Draft): void {
  known.verdicts += row.verdicts;
  known.sentBytes += row.sentBytes;
  known.receivedBytes += row.receivedBytes;
  if (row.first < known.first) known.first = row.first;
  if (row.last > known.last) known.last = row.last;
  const seen = known.processes.some((p) => p.execId === row.processes[0]?.execId);
  if (seen) return;
  known.processes.push(...row.processes);
  known.processCount += 1;
}
