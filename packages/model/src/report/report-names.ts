import { z } from "zod";

const count = z.number().int().nonnegative();
const time = z.iso.datetime().describe("UTC, RFC 3339");

export const dnsAnswerSchema = z
  .string()
  .nullable()
  .describe(
    "response code, such as NOERROR or NXDOMAIN; null when no answer came; denied for a query that the policy did not let leave, would-deny for one that left and would not if audited rules were enforced",
  );

export const dnsTrustSchema = z
  .enum(["trusted", "untrusted", "forged"])
  .describe(
    "whether the answer counts: it does not from a resolver that is not trusted, nor over loopback once a process inside sent or bound its port as that resolver",
  );

/** All queries of one executable for one name and type that were answered alike by one resolver. */
export const reportQuerySchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  answer: dnsAnswerSchema,
  trust: dnsTrustSchema,
  resolver: z.string(),
  protocol: z.enum(["udp", "tcp"]),
  exe: z.string(),
  pids: z.array(count).describe("processes that asked; at most 16"),
  queries: count,
  addresses: z.array(z.string()).describe("of the name, in the last answer; at most 16"),
  found: count.describe("how many the last answer had"),
  learned: count.describe("how many of them count for the name"),
  ignored: count.describe("loopback, link-local and unspecified addresses, which no name may have"),
  rule: z.string().nullable().describe("profile/rule that denies the query; null where none does"),
  latencyMs: z
    .strictObject({ least: z.number(), mean: z.number(), most: z.number() })
    .nullable()
    .describe("from query to answer; null when no answer came"),
  firstSeen: time,
  lastSeen: time,
});

/** How one process used the DNS: what detectors of tunnels and generated names look at. */
export const reportAskerSchema = z.strictObject({
  exe: z.string(),
  pid: count,
  execId: z.string().describe("one image of the process, as in flows"),
  queries: count,
  unanswered: count,
  denied: count.describe("queries that the policy did not let leave"),
  nxdomain: count.describe("answers that the name does not exist"),
  names: count.describe(
    "different names that are remembered: at most 10,000 of a process and 50,000 of a run",
  ),
  moreQueries: count.describe("queries for names beyond those, which what follows leaves out"),
  widestApex: z
    .strictObject({ name: z.string(), names: count })
    .describe(
      "the registered name, by the Public Suffix List, at or below which most different names were asked, and how many",
    ),
  longestName: count.describe("bytes, of all names"),
  meanLength: z.number().describe("bytes, of different names"),
  meanEntropy: z.number().describe("bits for each character of what stands before the registered name"),
});

export const reportNamesSchema = z.strictObject({
  resolvers: z.array(z.string()).describe("whose answers count"),
  queries: z.array(reportQuerySchema).describe("in the order in which they were first seen"),
  moreQueries: count.describe("queries that found no row of their own"),
  askers: z.array(reportAskerSchema).describe("at most 1,000, in the order in which they asked first"),
  moreAskers: count.describe("queries of processes that found no row of their own"),
  counters: z.strictObject({
    queries: count.describe("DNS queries that left"),
    answers: count.describe("answers to them"),
    malformed: count.describe("messages to or from port 53 that are not DNS as it is written"),
    unasked: count.describe("answers to no query that was waiting: late, repeated or made up"),
    untrusted: count.describe("answers with addresses that were not learned, as their sender is not trusted"),
    ignored: count.describe("addresses not learned because no name may have them"),
    reordered: count.describe(
      "TCP segments of answers that were dropped until an earlier one came; their sender repeats them",
    ),
    forged: count.describe(
      "packets that a process inside sent as a trusted resolver, and its binds and listens at that one's port and address",
    ),
  }),
});

export type ReportQuery = z.infer<typeof reportQuerySchema>;
export type ReportAsker = z.infer<typeof reportAskerSchema>;
export type ReportNames = z.infer<typeof reportNamesSchema>;
