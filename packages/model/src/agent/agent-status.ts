import { z } from "zod";

const count = z.number().int().nonnegative();

/** What `ringfence status --json` prints, and the agent answers to `status`. */
export const agentStatusSchema = z.strictObject({
  schema: z.literal("ringfence.status/v1"),
  covered: z.boolean().describe("hooks stand, nobody opened everything, and a profile is enforced"),
  reasons: z.array(z.string()).describe("why it is not covered"),
  agent: z
    .strictObject({ pid: count, version: z.string(), takenOver: z.boolean() })
    .nullable()
    .describe("null when no agent answers"),
  hooks: z.strictObject({
    cgroup: z.string().describe("where they are attached: what is below is covered"),
    attached: z.array(z.string()),
    undone: z.array(z.string()).describe("attached once, and not any more"),
  }),
  generation: count
    .nullable()
    .describe("number of the policy in force, which grows; null when no agent answers"),
  revision: z.string().nullable(),
  panic: z
    .strictObject({ since: z.iso.datetime(), by: z.string() })
    .nullable()
    .describe("set while everything is open, whatever the profiles say"),
  confirmWithin: count.nullable().describe("seconds until a change is taken back unless it is confirmed"),
  profiles: z.array(
    z.strictObject({
      name: z.string(),
      mode: z.enum(["enforce", "audit", "off"]),
      file: z.string(),
      rules: count,
      processes: count.describe("that run now, of the cgroup above"),
      cgroups: count.describe("that those are in: containers, units and sessions"),
    }),
  ),
  errors: z.array(z.string()).describe("in the folder of profiles: what they name stays as it was last good"),
  warnings: z.array(z.string()),
  losses: z
    .record(z.string(), count)
    .describe("what was dropped for want of room since the hooks were attached"),
  degraded: z.array(z.string()).describe("what this kernel lacks"),
});

export type AgentStatus = z.infer<typeof agentStatusSchema>;
