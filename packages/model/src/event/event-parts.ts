import { z } from "zod";
import { exeFlagSchema } from "../report/outcome.js";
import { EVENT_SCHEMA } from "../schema-names.js";

export const count = z.number().int().nonnegative();
export const time = z.iso.datetime().describe("UTC, RFC 3339");

/** The process that an event is about. */
export const eventProcessSchema = z.strictObject({
  execId: z.string().describe("boot id, process id and the time its image began: unique on this host"),
  pid: count.describe("as the initial pid namespace sees it"),
  ppid: count,
  exe: z.string().describe("path of the executable as the mount tree has it"),
  exeFlags: z.array(exeFlagSchema),
  comm: z.string(),
  parentComm: z.string(),
  uid: count.describe("effective, as the initial user namespace sees it"),
  gid: count,
  commandLine: z.string().nullable().describe("arguments joined by spaces; null when not known"),
  cgroupId: z.string(),
  ancestors: z
    .array(z.string())
    .nullable()
    .describe("executables above it, the nearest first; null when not known"),
});

/** The workload that a process belongs to. */
export const eventWorkloadSchema = z.strictObject({
  kind: z.enum(["container", "unit", "pending", "host"]),
  name: z.string().nullable(),
  id: z.string().nullable(),
  runtime: z.string().nullable(),
  image: z.string().nullable(),
  labels: z.record(z.string(), z.string()).nullable().describe("of a container; null when not known"),
  cgroup: z.string().describe("path in the cgroup v2 tree"),
});

/** What every event has. */
export const commonFields = {
  schema: z.literal(EVENT_SCHEMA),
  sequence: count.describe("counts the events of one start of the agent; a gap is a loss"),
  time,
  bootId: z.string().describe("first eight digits of the kernel's boot id"),
  bootMs: z.number().nonnegative().describe("the boot clock, in milliseconds: it never jumps"),
  level: z.enum(["info", "warning"]),
  msg: z.string().describe("the event in words"),
  host: z.string(),
  labels: z.record(z.string(), z.string()),
};

/** Who did it. */
export const actorFields = {
  process: eventProcessSchema.nullable().describe("of a folded event, one of its processes"),
  workload: eventWorkloadSchema.nullable(),
};

/** How often, for kinds whose repeats are folded into one event. */
export const repeatFields = {
  count: z.number().int().positive().describe("how many events this one stands for"),
  firstSeen: time,
  lastSeen: time,
};

export type EventProcess = z.infer<typeof eventProcessSchema>;
export type EventWorkload = z.infer<typeof eventWorkloadSchema>;
