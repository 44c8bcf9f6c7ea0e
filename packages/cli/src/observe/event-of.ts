import { eventProcess } from "@ringfence/agent";
import {
  type AgentEvent,
  DNS_SCHEMA,
  type DnsLine,
  EVENT_SCHEMA,
  VERDICT_SCHEMA,
  type VerdictLine,
} from "@ringfence/model";

/**
 * A record of a log as an event: the agent's own as they are, and the lines of `ringfence run --log`. Null for what is neither. Only the
 * record's kind is looked at: what was written by us is believed.
 */
export function eventOf(record: unknown): AgentEvent | null {
  if (typeof record !== "object" || record === null || !("schema" in record)) return null;
  switch (record.schema) {
    case EVENT_SCHEMA:
      return record as AgentEvent;
    case VERDICT_SCHEMA:
      return verdictOf(record as VerdictLine);
    case DNS_SCHEMA:
      return dnsOf(record as DnsLine);
    default:
      return null;
  }
}

function commonOf({ time, level, msg, host, labels, execId }: VerdictLine | DnsLine) {
  const stamp = { schema: EVENT_SCHEMA, sequence: 0, bootId: execId.slice(0, 8), bootMs: 0 } as const;
  const repeats = { count: 1, firstSeen: time, lastSeen: time };
  return { ...stamp, ...repeats, time, level, msg, host, labels, workload: null };
}

function verdictOf(line: VerdictLine): AgentEvent {
  const { action, outcome, direction, wouldBe, mode, rule, shadowRule, reason, hook, protocol } = line;
  const { address, port, domain, netns, policyRevision } = line;
  return {
    type: "verdict",
    ...commonOf(line),
    process: eventProcess(line, null),
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
    domain,
    netns,
    policyRevision,
  };
}

function dnsOf(line: DnsLine): AgentEvent {
  const { name, type, answer, truncated, addresses, found, learned, ignored, trust, resolver } = line;
  const { protocol, latencyMs, sent, rule } = line;
  return {
    type: "dns",
    ...commonOf(line),
    process: eventProcess({ ...line, parentComm: "", cgroupId: "" }, null),
    name,
    recordType: type,
    answer,
    truncated,
    addresses,
    found,
    learned,
    ignored,
    trust,
    resolver,
    protocol,
    latencyMs,
    sent,
    rule,
  };
}
