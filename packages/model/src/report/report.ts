import { z } from "zod";
import { REPORT_SCHEMA } from "../schema-names.js";
import { directionSchema, exeFlagSchema, hookSchema, outcomeSchema, reasonSchema } from "./outcome.js";
import { reportNamesSchema } from "./report-names.js";

const count = z.number().int().nonnegative();
const time = z.iso.datetime().describe("UTC, RFC 3339");

/** One image of a process that took part in a flow. */
export const reportProcessSchema = z.strictObject({
  execId: z.string().describe("boot id, process id and the time its image began: unique on this host"),
  pid: count.describe("as the initial pid namespace sees it"),
  ppid: count,
  uid: count.describe("effective, as the initial user namespace sees it"),
  gid: count,
  comm: z.string(),
  parentComm: z.string(),
  commandLine: z.string().nullable().describe("arguments joined by spaces, cut at 512 bytes; null when lost"),
});

/** All verdicts of one kind about one executable and destination. */
export const reportFlowSchema = z.strictObject({
  outcome: outcomeSchema,
  direction: directionSchema,
  exe: z.string().describe("path of the executable as the mount tree has it"),
  exeFlags: z.array(exeFlagSchema),
  protocol: z
    .string()
    .describe(
      "tcp, udp, udplite, sctp, icmp, icmpv6, or the IP protocol's number; with address-family the family, with device the device",
    ),
  address: z
    .string()
    .nullable()
    .describe("the other end; of a listener its own; null when the verdict is not about one"),
  port: count.nullable().describe("the other end's for egress, else this machine's"),
  domain: z
    .string()
    .nullable()
    .describe(
      "the name that the address was judged by; null where no name counted, or it was forgotten since",
    ),
  names: z
    .array(
      z.strictObject({
        name: z.string(),
        pid: count
          .nullable()
          .describe("process that asked for it last; null for a name of /etc/hosts that none asked for"),
        exe: z.string().nullable(),
      }),
    )
    .describe("names that the address was resolved from in this run; at most 16"),
  rule: z.string().nullable().describe("profile/rule that decided; null when no profile's subject matched"),
  shadowRule: z
    .string()
    .nullable()
    .describe("rule that would decide if audited rules were enforced; null when it is the same"),
  reason: reasonSchema,
  hook: hookSchema,
  policyRevision: z.string().nullable().describe("policy in force at these verdicts; null when unknown"),
  verdicts: count,
  sentBytes: count.describe("at the IP layer, headers included, before segmentation"),
  receivedBytes: count,
  firstSeen: time,
  lastSeen: time,
  processes: z.array(reportProcessSchema).describe("at most 16"),
  processCount: count,
});

export const lossesSchema = z.strictObject({
  events: count.describe("log lines lost because the ring buffer was full; counts are not affected"),
  flows: count.describe("verdicts counted in totals only because the flow table was full"),
  executables: count.describe("executables shown as unknown because their table was full"),
  processes: count.describe("processes without a record"),
  longPaths: count.describe("executable paths beyond 4096 bytes, kept from their end"),
  unknownPaths: count.describe("executable paths that could not be resolved"),
  sockets: count.describe("calls refused because no memory was left for socket state"),
  longCommandLines: count.describe("command lines beyond 512 bytes, cut"),
  subjects: count.describe("verdicts that took longer because too many different subjects had turned up"),
  peers: count.describe("peers of unconnected sockets forgotten too early because their table was full"),
  dnsMessages: count.describe("DNS messages that could not be read for want of room"),
  dnsQueries: count.describe("DNS queries whose answer did not count because their table was full"),
  dnsNames: count.describe(
    "names without text, or forgotten while they were live, because their table was full",
  ),
  dnsAddresses: count.describe(
    "addresses not learned, or forgotten while they were live, because their table was full or they had 16 names",
  ),
  cgroups: count.describe(
    "new cgroups that counted as the one above until they were classified, because their table was full",
  ),
  dnsStreams: count.describe(
    "connections to port 53 that could not be read any more: what they say teaches nothing",
  ),
  logLines: count.describe("log lines that could not be written to their file"),
});

export const reportSchema = z.strictObject({
  schema: z.literal(REPORT_SCHEMA),
  command: z.array(z.string()),
  pid: count,
  exitCode: z.number().int().nullable().describe("null when a signal ended the command"),
  signal: z.string().nullable(),
  startedAt: time,
  endedAt: time,
  mode: z.enum(["enforce", "audit", "mixed"]),
  user: z.string().nullable(),
  privileged: z.boolean().describe("true when the command kept what could undo the fence"),
  packetHooks: z
    .enum(["run", "all"])
    .describe(
      "where sockets other than TCP could be made: in the run's own cgroup, or in all below the call hooks",
    ),
  packetSockets: z
    .enum(["taken", "refused", "stopped", "open"])
    .describe(
      "AF_PACKET: its capability was taken, it is refused at socket(), dropped at interfaces, or open",
    ),
  securityModule: z
    .enum(["active", "absent", "refused"])
    .describe(
      "hooks that refuse unjudged address families and sockets connected outside; see ringfence doctor",
    ),
  policy: z.strictObject({
    revision: z.string(),
    profiles: z.array(z.strictObject({ name: z.string(), mode: z.string(), source: z.string() })),
    graceSeconds: count
      .nullable()
      .describe("for how long names hold after their time to live; null where no verdict rests on a name"),
  }),
  stillRunning: count.describe("processes of the tree that live on, fenced"),
  totals: z.strictObject({ allowed: count, denied: count, wouldDeny: count, wouldAllow: count }),
  flows: z.array(reportFlowSchema).describe("denied first"),
  names: reportNamesSchema,
  losses: lossesSchema,
  warnings: z.array(z.string()),
});

export type ReportProcess = z.infer<typeof reportProcessSchema>;
export type ReportFlow = z.infer<typeof reportFlowSchema>;
export type Losses = z.infer<typeof lossesSchema>;
export type Report = z.infer<typeof reportSchema>;
