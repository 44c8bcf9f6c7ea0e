import type { layout } from "@ringfence/kernel";
import { VERDICT_SCHEMA, type VerdictLine } from "@ringfence/model";
import { destinationOf, exeFlagsOf, hookOf, protocolOf, reasonOf, textOf } from "./decode.js";
import type { FlowNames } from "./report-flows.js";
import { nameVerdict } from "./verdict-names.js";

/** The line that the log gets for one verdict. */
export function verdictLine(
  event: layout.rf_verdict_event,
  names: FlowNames,
  context: { readonly host: string; readonly policyRevision: string },
): VerdictLine {
  const { key, actor } = event;
  const hook = hookOf(key.hook);
  const address = destinationOf(key.address, hook);
  const { outcome, action, wouldBe, rule, shadowRule, mode } = nameVerdict(key, names.bits);
  return {
    schema: VERDICT_SCHEMA,
    time: names.toIso(event.time_ns),
    host: context.host,
    action,
    outcome,
    wouldBe,
    mode,
    rule,
    shadowRule,
    reason: reasonOf(key.reason),
    hook,
    protocol: protocolOf(key.protocol),
    address,
    port: address === null || (key.protocol !== 6 && key.protocol !== 17) ? null : key.port,
    domain: null,
    exe: names.executables.pathOf(actor.exe),
    exeFlags: exeFlagsOf(actor.exe_flags),
    commandLine: names.commandLines.get(key.tgid, key.exec_ns),
    execId: `${names.bootId}-${key.tgid}-${key.exec_ns.toString(16)}`,
    pid: key.tgid,
    tid: event.tid,
    ppid: actor.parent_tgid,
    comm: textOf(actor.comm),
    parentComm: textOf(actor.parent_comm),
    uid: key.uid,
    gid: actor.gid,
    cgroupId: String(actor.cgroup),
    netns: actor.net_ns,
    policyRevision: context.policyRevision,
  };
}
