import { z } from "zod";
import { attacksConfigSchema } from "./attacks-config.js";
import { workloadsConfigSchema } from "./workloads-config.js";

const path = z.string().regex(/^\/(?!.*\/\.\.?(?:\/|$))/, "Expected an absolute path without . and .. in it");

const socketSchema = z.strictObject({
  path: path.default("/run/ringfence/agent.sock").describe("UNIX socket that the other commands talk to"),
  readers: z
    .string()
    .min(1)
    .optional()
    .describe("group whose members may look and change nothing; without it only root may do either"),
});

const megabytes = z.number().int().min(1);
const days = z.number().int().min(1).max(3650);

const historySchema = z.strictObject({
  days: days.default(7).describe("days for which events are kept"),
  maxMegabytes: megabytes
    .default(512)
    .describe("room on disk in megabytes of 2^20 bytes; the oldest events go first"),
});

const eventsSchema = z.strictObject({
  file: z
    .strictObject({
      path: path.describe("file that gets each event as a line of JSON; rotated to path.1, path.2, ..."),
      maxMegabytes: megabytes
        .default(100)
        .describe(
          "room for the file and the rotated ones together, in megabytes of 2^20 bytes; the oldest go first",
        ),
      maxDays: days.default(7).describe("days for which rotated files are kept"),
    })
    .optional(),
  fold: z
    .boolean()
    .default(true)
    .describe(
      "join repeats into one event with their count; false: each verdict, connection and query is an event of its own, with its own process",
    ),
  syslog: z.boolean().default(false).describe("send each event to /dev/log, in the form of RFC 5424"),
  stdout: z.boolean().default(false).describe("print each event as a line of JSON"),
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
      attacks: attacksConfigSchema.prefault({}),
      history: historySchema.prefault({}).describe("events on disk, below state"),
      events: eventsSchema.prefault({}).describe("where events go beside the history"),
      workloads: workloadsConfigSchema.prefault({}).describe("where container runtimes keep their state"),
      labels: z.record(z.string(), z.string()).default({}).describe("added to every event"),
    })
    .prefault({}),
});

/** A configuration with its defaults filled in. */
export type AgentConfig = z.infer<typeof agentConfigSchema>;
