import { z } from "zod";
import { dnsLineSchema } from "../log/dns-line.js";
import { verdictLineSchema } from "../log/verdict-line.js";
import { actorFields, commonFields, count, eventWorkloadSchema, repeatFields } from "./event-parts.js";

const verdict = verdictLineSchema.shape;
const dns = dnsLineSchema.shape;

/** A flow was opened or refused, by the first packet or call of it. */
export const verdictEventSchema = z.strictObject({
  type: z.literal("verdict"),
  ...commonFields,
  ...actorFields,
  ...repeatFields,
  action: verdict.action,
  outcome: verdict.outcome,
  direction: verdict.direction,
  wouldBe: verdict.wouldBe,
  mode: verdict.mode,
  rule: verdict.rule,
  shadowRule: verdict.shadowRule,
  reason: verdict.reason,
  hook: verdict.hook,
  protocol: verdict.protocol,
  address: verdict.address,
  port: verdict.port,
  domain: verdict.domain,
  netns: verdict.netns,
  policyRevision: verdict.policyRevision,
});

/** A connection ended. */
export const connectionEventSchema = z.strictObject({
  type: z.literal("connection"),
  ...commonFields,
  ...actorFields,
  ...repeatFields,
  direction: z.enum(["egress", "ingress"]),
  protocol: z.string(),
  address: z.string(),
  port: count.describe("the other end's for egress, else this machine's"),
  domain: verdict.domain,
  established: z.boolean().describe("false for an attempt at TCP that came to nothing"),
  endedBy: z.enum(["us", "peer", "nobody"]).describe("who ended it first"),
  error: z.string().nullable().describe("what its user was told, such as ECONNREFUSED"),
  localPort: count.nullable().describe("of the latest, where several are one event"),
  retransmits: count,
  sentBytes: count.describe("TCP: of the payload. UDP: headers included"),
  receivedBytes: count,
  rttUs: count
    .nullable()
    .describe("smoothed round-trip time in microseconds, the mean of several; null when none was measured"),
  durationMs: z.number().nonnegative().describe("of several, the sum"),
});

/** A query was answered, was not, or was denied. */
export const dnsEventSchema = z.strictObject({
  type: z.literal("dns"),
  ...commonFields,
  ...actorFields,
  ...repeatFields,
  name: dns.name,
  recordType: dns.type,
  answer: dns.answer,
  truncated: dns.truncated,
  addresses: dns.addresses,
  found: dns.found,
  learned: dns.learned,
  ignored: dns.ignored,
  trust: dns.trust,
  resolver: dns.resolver,
  protocol: dns.protocol,
  latencyMs: dns.latencyMs,
  sent: dns.sent,
  rule: dns.rule,
});

/** A process began a program, or ended. */
export const processEventSchema = z.strictObject({
  type: z.literal("process"),
  ...commonFields,
  ...actorFields,
  change: z.enum(["exec", "exit"]),
});

/** A process began to listen. */
export const listenEventSchema = z.strictObject({
  type: z.literal("listen"),
  ...commonFields,
  ...actorFields,
  protocol: z.string(),
  address: z.string(),
  port: count,
});

/** The policy in force changed, or a change was refused. */
export const policyEventSchema = z.strictObject({
  type: z.literal("policy"),
  ...commonFields,
  change: z.enum(["changed", "refused", "confirmed", "rolled-back", "deleted", "off", "panic", "on"]),
  profile: z.string().nullable(),
  revision: z.string().nullable(),
  by: z.string().nullable().describe("who asked for it; null for a changed file"),
});

/** A container or unit came or went. */
export const workloadEventSchema = z.strictObject({
  type: z.literal("workload"),
  ...commonFields,
  change: z
    .enum(["present", "started", "changed", "ended"])
    .describe("present: it ran when the agent began; changed: more is known of it, such as its name"),
  workload: eventWorkloadSchema,
  profiles: z
    .array(z.string())
    .describe("in force, that select it by container, unit or cgroup, or select everything"),
});

/** A detector saw what looks like an attack. */
export const alertEventSchema = z.strictObject({
  type: z.literal("alert"),
  ...commonFields,
  ...actorFields,
  ...repeatFields,
  detector: z.string(),
  severity: z.enum(["low", "medium", "high"]),
  address: z.string().nullable(),
  port: count.nullable(),
  evidence: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
  response: z.string().describe("what was done, or would be in a dry run"),
});

/** Something was lost. */
export const lossEventSchema = z.strictObject({
  type: z.literal("loss"),
  ...commonFields,
  place: z.string().describe("where: a kernel counter, or the name of a subscriber"),
  lost: z.number().int().positive().describe("since the last event about this place"),
});

/** The agent started, took over from another, or stopped. */
export const agentEventSchema = z.strictObject({
  type: z.literal("agent"),
  ...commonFields,
  change: z.enum(["started", "taken-over", "stopped"]),
  version: z.string(),
});

/** One event of the agent: a line of the stream, of the event file and of the history. */
export const anyEventSchema = z.discriminatedUnion("type", [
  verdictEventSchema,
  connectionEventSchema,
  dnsEventSchema,
  processEventSchema,
  listenEventSchema,
  policyEventSchema,
  workloadEventSchema,
  alertEventSchema,
  lossEventSchema,
  agentEventSchema,
]);

export type AgentEvent = z.infer<typeof anyEventSchema>;
export type VerdictEvent = z.infer<typeof verdictEventSchema>;
export type ConnectionEvent = z.infer<typeof connectionEventSchema>;
export type DnsEvent = z.infer<typeof dnsEventSchema>;
