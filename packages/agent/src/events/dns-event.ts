import type { DnsLine } from "@ringfence/model";
import type { ActorKnowledge } from "./event-actor.js";
import { eventProcess } from "./event-actor.js";
import type { EventDraft } from "./event-draft.js";

/** The event of one query, from the line that a run's log would have of it. */
export function dnsEvent(line: DnsLine, cgroupId: bigint, knowledge: ActorKnowledge): EventDraft {
  return {
    type: "dns",
    level: line.level,
    msg: line.msg,
    process: eventProcess(
      { ...line, parentComm: "", cgroupId: String(cgroupId) },
      knowledge.ancestorsOf(line),
    ),
    workload: knowledge.workloadOf(cgroupId),
    count: 1,
    firstSeen: line.time,
    lastSeen: line.time,
    name: line.name,
    recordType: line.type,
    answer: line.answer,
    truncated: line.truncated,
    addresses: line.addresses,
    found: line.found,
    learned: line.learned,
    ignored: line.ignored,
    trust: line.trust,
    resolver: line.resolver,
    protocol: line.protocol,
    latencyMs: line.latencyMs,
    sent: line.sent,
    rule: line.rule,
  };
}
