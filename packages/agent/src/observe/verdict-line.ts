import { layout } from "@ringfence/kernel";
import { VERDICT_SCHEMA, type VerdictLine } from "@ringfence/model";
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
import type { NameStanding } from "./name-standing.js";
import type { FlowNames } from "./report-flows.js";
import { nameVerdict } from "./verdict-names.js";
import { verdictText } from "./verdict-text.js";

/** What is the same in every line of a run. */
export interface LineContext {
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ringfencePid: number;
}

/** The line that the log gets for one verdict. */
export function verdictLine(
  event: layout.rf_verdict_event,
  names: FlowNames,
  context: LineContext,
): VerdictLine {
  const { key, actor } = event;
  const hook = hookOf(key.hook);
  const reason = reasonOf(key.reason);
  const address = destinationOf(key.address, hook, reason);
  const { outcome, action, wouldBe, rule, shadowRule, mode } = nameVerdict(key, names.policies);
  const exe = names.executables.pathOf(actor.exe);
  const protocol = protocolOf(key.protocol, reason);
  const port = address === null ? null : portOf(key);
  const direction = directionOf(key.direction);
  return {
    schema: VERDICT_SCHEMA,
    time: names.toIso(event.time_ns),
    level: action === "deny" || wouldBe === "deny" ? "warning" : "info",
    msg: verdictText(
      { outcome, direction, exe, protocol, address, port, reason, hook },
      standingOf(event, names, (outcome === "would-deny" ? shadowRule : null) ?? rule),
    ),
    host: context.host,
    ringfencePid: context.ringfencePid,
    labels: context.labels,
    action,
    outcome,
    direction,
    wouldBe,
    mode,
    rule,
    shadowRule,
    reason,
    hook,
    protocol,
    address,
    port,
    domain: address === null ? null : domainOf(event, names),
    exe,
    exeFlags: exeFlagsOf(actor.exe_flags),
    commandLine: names.commandLines.get(key.tgid, key.exec_ns),
    execId: execIdOf(names.bootId, key.tgid, key.exec_ns),
    pid: key.tgid,
    tid: event.tid,
    ppid: actor.parent_tgid,
    comm: textOf(actor.comm),
    parentComm: textOf(actor.parent_comm),
    uid: key.uid,
    gid: actor.gid,
    cgroupId: String(actor.cgroup),
    netns: actor.net_ns,
    policyRevision: names.policies.revisionOf(key.generation),
  };
}

/** The name that the address was judged by, else the first that it has. */
function domainOf({ key, actor }: layout.rf_verdict_event, { domains }: FlowNames): string | null {
  return domains.textOf(key.domain) ?? domains.of(actor.net_ns, key.address)[0]?.name ?? null;
}

function isDefault(rule: string | null): boolean {
  return rule?.endsWith("/egress.default") ?? false;
}

/** What names had to do with it. */
function standingOf(
  { key, actor, time_ns }: layout.rf_verdict_event,
  names: FlowNames,
  rule: string | null,
): NameStanding {
  const { domains, policies } = names;
  const graceSeconds = policies.graceOf(key.generation);
  const name = domains.textOf(key.domain);
  if (key.reason === layout.rf_reason.RF_REASON_NAME_EXPIRED) {
    const expiry = domains.expiryOf(actor.net_ns, key.address, key.domain);
    // Somebody may have asked for it again since.
    const ago = expiry === null || expiry > time_ns ? null : Number((time_ns - expiry) / 1_000_000_000n);
    return { kind: "expired", name, secondsAgo: ago, graceSeconds: graceSeconds ?? 0 };
  }
  if (key.domain !== 0n) return { kind: "judged", name };
  // Where a rule denies the address, no name would have helped.
  return { kind: graceSeconds !== null && isDefault(rule) ? "none" : "irrelevant" };
}
