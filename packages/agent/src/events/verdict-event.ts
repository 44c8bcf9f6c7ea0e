import type { layout } from "@ringfence/kernel";
import type { FlowNames } from "../observe/report-flows.js";
import { verdictLine } from "../observe/verdict-line.js";
import { type ActorKnowledge, eventProcess } from "./event-actor.js";
import type { EventDraft } from "./event-draft.js";
import type { FoldedRecords } from "./record-fold.js";

/** The hub has the host and the labels. */
const noContext = { host: "", labels: {}, ringfencePid: 0 };

export type VerdictDraft = Extract<EventDraft, { type: "verdict" }>;

/** The event of `count` verdicts of one kind: the record has the time of the first. */
export function verdictEvent(
  record: layout.rf_verdict_event,
  { count, lastNs }: FoldedRecords,
  names: FlowNames,
  knowledge: ActorKnowledge,
): VerdictDraft {
  const line = verdictLine(record, names, noContext);
  const isOfProcess = line.direction !== "unattributed";
  return {
    type: "verdict",
    level: line.level,
    msg: line.msg,
    process: isOfProcess ? eventProcess(line, knowledge.ancestorsOf(line)) : null,
    workload: knowledge.workloadOf(record.actor.cgroup),
    count,
    firstSeen: line.time,
    lastSeen: count === 1 ? line.time : names.toIso(lastNs),
    action: line.action,
    outcome: line.outcome,
    direction: line.direction,
    wouldBe: line.wouldBe,
    mode: line.mode,
    rule: line.rule,
    shadowRule: line.shadowRule,
    reason: line.reason,
    hook: line.hook,
    protocol: line.protocol,
    address: line.address,
    port: line.port,
    domain: line.domain,
    netns: line.netns,
    policyRevision: line.policyRevision,
  };
}
