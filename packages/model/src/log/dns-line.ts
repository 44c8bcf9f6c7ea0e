import { z } from "zod";
import { exeFlagSchema } from "../report/outcome.js";
import { dnsAnswerSchema, dnsTrustSchema } from "../report/report-names.js";
import { DNS_SCHEMA } from "../schema-names.js";

const count = z.number().int().nonnegative();

/** One line of the log: one DNS query, when its answer came or none did, or it was denied. */
export const dnsLineSchema = z.strictObject({
  schema: z.literal(DNS_SCHEMA),
  time: z.iso.datetime().describe("when the answer came; of an unanswered query, when it was asked"),
  level: z
    .enum(["info", "warning"])
    .describe("warning for what was denied or not answered, and for what may be forged"),
  msg: z.string().describe("the query and its answer in words"),
  host: z.string(),
  ringfencePid: z.number().int().describe("process that wrote the line"),
  labels: z.record(z.string(), z.string()).describe("as given with --label"),
  name: z.string().describe("in lower case, without a dot at its end; the root is a dot"),
  type: z.string().describe("record type, such as A; TYPE and its number where it has no name"),
  answer: dnsAnswerSchema,
  truncated: z.boolean().describe("the answer was cut: clients ask again over TCP"),
  addresses: z.array(z.string()).describe("addresses of the name in the answer; at most 16"),
  found: count.describe("how many there were"),
  learned: count.describe("how many of them count for the name now"),
  ignored: count.describe("loopback, link-local and unspecified addresses, which no name may have"),
  trust: dnsTrustSchema,
  resolver: z.string(),
  protocol: z.enum(["udp", "tcp"]),
  latencyMs: z.number().nonnegative().nullable().describe("from the first query sent; null when unanswered"),
  sent: count.describe("times that the query was sent; 0 for one that was denied"),
  rule: z.string().nullable().describe("profile/rule that denies the query; null where none does"),
  exe: z.string(),
  exeFlags: z.array(exeFlagSchema),
  commandLine: z.string().nullable(),
  execId: z.string(),
  pid: z.number().int(),
  ppid: z.number().int(),
  comm: z.string(),
  uid: z.number().int(),
  gid: z.number().int(),
});

export type DnsLine = z.infer<typeof dnsLineSchema>;
