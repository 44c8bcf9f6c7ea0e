import { z } from "zod";
import {
  directionSchema,
  exeFlagSchema,
  hookSchema,
  outcomeSchema,
  reasonSchema,
} from "../report/outcome.js";
import { VERDICT_SCHEMA } from "../schema-names.js";

/** One line of the log: one verdict as it happened. */
export const verdictLineSchema = z.strictObject({
  schema: z.literal(VERDICT_SCHEMA),
  time: z.iso.datetime(),
  level: z.enum(["info", "warning"]).describe("warning for what was or would be denied"),
  msg: z.string().describe("the verdict in words"),
  host: z.string(),
  ringfencePid: z.number().int().describe("process that wrote the line"),
  labels: z.record(z.string(), z.string()).describe("as given with --label"),
  action: z.enum(["allow", "deny"]).describe("what the kernel did"),
  outcome: outcomeSchema,
  direction: directionSchema,
  wouldBe: z.enum(["allow", "deny"]).describe("what it would do if audited rules were enforced"),
  mode: z.enum(["enforce", "audit"]).describe("mode of the rule that decided"),
  rule: z.string().nullable(),
  shadowRule: z.string().nullable(),
  reason: reasonSchema,
  hook: hookSchema,
  protocol: z.string(),
  address: z.string().nullable().describe("the other end; of a listener its own"),
  port: z.number().int().nullable().describe("the other end's for egress, else this machine's"),
  domain: z
    .string()
    .nullable()
    .describe("the name that the address was judged by; else one that was resolved to it, where known"),
  exe: z.string(),
  exeFlags: z.array(exeFlagSchema),
  commandLine: z.string().nullable(),
  execId: z.string(),
  pid: z.number().int(),
  tid: z.number().int().describe("0 for a packet, which has no calling thread"),
  ppid: z.number().int(),
  comm: z.string(),
  parentComm: z.string(),
  uid: z.number().int(),
  gid: z.number().int(),
  cgroupId: z.string(),
  netns: z.number().int().describe("inode of the network namespace; 0 for a packet"),
  policyRevision: z.string().nullable().describe("policy in force; null when unknown"),
});

export type VerdictLine = z.infer<typeof verdictLineSchema>;
