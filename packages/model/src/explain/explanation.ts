import { z } from "zod";
import { verdictDirections } from "../policy/flow-direction.js";
import { outcomeSchema, reasonSchema } from "../report/outcome.js";
import { EXPLAIN_SCHEMA } from "../schema-names.js";

const action = z.enum(["allow", "deny"]);
const position = z.number().int().positive();

const locationSchema = z.strictObject({
  file: z.string(),
  line: position,
  column: position.describe("in UTF-16 code units"),
});

const pathSchema = z.strictObject({
  path: z.string(),
  trusted: z.boolean().describe("false where an allow by path does not believe it"),
});

/** A rule, or the default of a profile. */
export const explainedRuleSchema = z.strictObject({
  id: z.string().describe("profile/rule, as in reports"),
  profile: z.string(),
  action,
  audit: z.boolean().describe("true when it counts for the shadow verdict only"),
  location: locationSchema.nullable().describe("null for what the command line says"),
  text: z.string().nullable().describe("the source line, without the blanks around it"),
});

const verdictSchema = z.strictObject({
  action,
  rule: explainedRuleSchema.nullable().describe("null when no subject matches, which allows"),
  name: z.string().nullable().describe("the name that the address was judged by; null without one"),
});

/** A key that keeps a rule or a profile out. */
export const mismatchSchema = z.strictObject({
  part: z.enum(["subject", "process", "destination"]),
  item: z.number().int().nonnegative().nullable().describe("which of several alternatives, from 0"),
  key: z.string().describe("as the policy file has it"),
  reason: z.string(),
  assumed: z.boolean().describe("true when it rests on a fact that was not given"),
});

const ruleSchema = explainedRuleSchema.extend({
  default: z.boolean(),
  mismatches: z.array(mismatchSchema).describe("empty when it matches"),
  decides: z.array(z.enum(["enforced", "shadow"])),
  overruledBy: z
    .array(z.strictObject({ id: z.string(), action }))
    .describe("what decided before it could, where it matches and counts"),
});

const profileSchema = z.strictObject({
  name: z.string(),
  mode: z.enum(["enforce", "audit", "off"]),
  source: z.string().describe("file name, or command line"),
  location: locationSchema.nullable(),
  subject: z.array(mismatchSchema).describe("empty when the subject matches"),
  rules: z
    .array(ruleSchema)
    .describe(
      "in deciding order, the default last; empty when the profile is off, its subject differs, or it leaves traffic of no process alone",
    ),
});

const fact = z.enum(["exe", "ancestors", "comm", "uid", "gid", "cgroup", "container"]);

const containerSchema = z
  .union([
    z.boolean(),
    z.literal("pending"),
    z.strictObject({
      id: z.string().nullable(),
      name: z.string().nullable(),
      image: z.string().nullable(),
      labels: z.record(z.string(), z.string()).nullable(),
    }),
  ])
  .describe(
    "false: in none; true: in one of which nothing more is known; pending: in a new cgroup of nobody",
  );

const questionSchema = z.strictObject({
  flow: z.string().describe("all of it as --flow takes it"),
  process: z
    .strictObject({
      exe: pathSchema.nullable().describe("null when unknown"),
      ancestors: z.array(pathSchema.nullable()),
      comm: z.string(),
      uid: z.number().int(),
      gid: z.number().int(),
      cgroup: z.string(),
      container: containerSchema,
    })
    .nullable()
    .describe("null for traffic of no process"),
  direction: z.enum(verdictDirections).describe("query: a name that a resolver is asked for"),
  protocol: z.enum(["tcp", "udp", "sctp", "icmp", "other"]),
  address: z.string().nullable().describe("the other end; of a listener its own; null for a query"),
  names: z
    .array(z.string())
    .describe(
      "live names of the address, in the order in which it is judged by them, or the name that is asked for",
    ),
  port: z.number().int().nullable().describe("the other end's for egress, else this machine's"),
  assumed: z.array(fact).describe("facts that nothing gave"),
  assumedAndAsked: z.array(fact).describe("those of them that conditions of the policy look at"),
  gaps: z.array(z.string()).describe("what the source of the facts cannot show"),
});

const reportedSchema = z.strictObject({
  file: z.string(),
  row: position.describe("from 1"),
  outcome: outcomeSchema,
  rule: z.string().nullable(),
  shadowRule: z.string().nullable(),
  reason: reasonSchema,
  agrees: z.boolean().describe("true when the report has the verdict that is explained, by the same rules"),
});

export const explanationSchema = z.strictObject({
  schema: z.literal(EXPLAIN_SCHEMA),
  outcome: outcomeSchema,
  enforced: verdictSchema,
  shadow: verdictSchema.describe("what would be if audited rules were enforced too"),
  question: questionSchema,
  reported: reportedSchema.nullable().describe("what the report says; null without --report"),
  profiles: z.array(profileSchema),
  warnings: z.array(z.string()),
});

export type ExplainedRule = z.infer<typeof explainedRuleSchema>;
export type ExplainedMismatch = z.infer<typeof mismatchSchema>;
export type ExplanationDocument = z.infer<typeof explanationSchema>;
