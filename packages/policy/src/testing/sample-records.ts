import { DNS_SCHEMA, EVENT_SCHEMA, VERDICT_SCHEMA } from "@ringfence/model";

/** A record as it stands in a log. */
export type SampleRecord = Readonly<Record<string, unknown>>;

const curl = { exe: "/usr/bin/curl", exeFlags: ["trusted"], comm: "curl", uid: 0, gid: 0 };
const time = "2026-11-26T10:00:00Z";
const verdict = {
  time,
  action: "allow",
  outcome: "allowed",
  direction: "egress",
  reason: "policy",
  hook: "connect",
  protocol: "tcp",
  address: "192.0.2.1",
  port: 443,
  domain: null,
  rule: null,
  shadowRule: null,
};

/** A verdict in the log of a run: curl reaches an address, allowed by no rule. */
export function sampleVerdict(change: SampleRecord = {}): SampleRecord {
  return { schema: VERDICT_SCHEMA, ...curl, ...verdict, ...change };
}

/** A query in the log of a run: curl asks a trusted resolver for a name that has an address. */
export function sampleQuery(change: SampleRecord = {}): SampleRecord {
  const answer = { answer: "NOERROR", resolver: "10.0.0.53", trust: "trusted", addresses: ["192.0.2.1"] };
  return { schema: DNS_SCHEMA, time, ...curl, name: "www.example.com", type: "A", ...answer, ...change };
}

/** The verdict as an event of an agent, with what readers of its history look at. */
export function sampleVerdictEvent(sequence: number, change: SampleRecord = {}): SampleRecord {
  const stamp = { schema: EVENT_SCHEMA, type: "verdict", sequence, bootId: "b0", bootMs: 12.5 };
  return { ...stamp, ...verdict, count: 1, process: { ...curl, pid: 7, ancestors: [] }, ...change };
}
