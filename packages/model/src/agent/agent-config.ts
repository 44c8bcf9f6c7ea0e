import { z } from "zod";

const path = z.string().regex(/^\/(?!.*\/\.\.?(?:\/|$))/, "Expected an absolute path without . and .. in it");

const socketSchema = z.strictObject({
  path: path.default("/run/ringfence/agent.sock").describe("UNIX socket that the other commands talk to"),
  readers: z
    .string()
    .min(1)
    .optional()
    .describe("group whose members may look and change nothing; without it only root may do either"),
});

/** What the agent is told in its configuration file; every key below `spec` has a default. */
export const agentConfigSchema = z.strictObject({
  apiVersion: z.literal("ringfence.dev/v1alpha1"),
  kind: z.literal("AgentConfig"),
  spec: z
    .strictObject({
      profiles: path.default("/etc/ringfence/profiles").describe("folder of policy files, *.yaml and *.yml"),
      cgroup: path.default("/").describe("cgroup v2 path where the hooks attach: what is below is covered"),
      socket: socketSchema.prefault({}),
      state: path
        .default("/var/lib/ringfence")
        .describe("folder for the last good policy, a change to be confirmed, and the audit log"),
      pins: path
        .default("/sys/fs/bpf/ringfence")
        .describe("folder in a BPF file system that keeps programs and tables in force without the agent"),
    })
    .prefault({}),
});

/** A configuration with its defaults filled in. */
export type AgentConfig = z.infer<typeof agentConfigSchema>;
