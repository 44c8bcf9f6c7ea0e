import { z } from "zod";
import { hookSchema } from "../report/outcome.js";
import { SELFTEST_SCHEMA } from "../schema-names.js";

/** What became of a way out of the fence, from best to worst; the last two are no statement about the fence. */
export const selftestResultSchema = z.enum([
  "blocked-at-call",
  "blocked-in-flight",
  "seen-only",
  "open",
  "unclear",
  "not-available",
]);

/** How the process that tried it was fenced. */
export const selftestRunSchema = z
  .enum(["plain", "privileged", "moved"])
  .describe("as users run a command; with --privileged; with --privileged, after it left the run's cgroup");

/** What refused: a hook of ours, what a run takes from its command, or the start of the run. */
export const selftestHookSchema = z.union([hookSchema, z.enum(["capability", "seccomp", "launcher"])]);

export const selftestRowSchema = z.strictObject({
  id: z.string().describe("method, stable"),
  title: z.string(),
  run: selftestRunSchema,
  result: selftestResultSchema,
  expected: selftestResultSchema.describe("the best that this version can do on this kernel"),
  ok: z.boolean().describe("false when the result is worse than expected"),
  hook: selftestHookSchema.nullable().describe("what is responsible; null when nothing was"),
  call: z.string().nullable().describe("system call that was refused"),
  error: z.string().nullable().describe("its error, such as EPERM"),
  detail: z.string().nullable().describe("why a method is not available, or what is unclear"),
});

export const selftestSchema = z.strictObject({
  schema: z.literal(SELFTEST_SCHEMA),
  ok: z.boolean().describe("false when a row is worse than expected; then the exit status is 1"),
  kernel: z.strictObject({
    release: z.string(),
    architecture: z.string(),
    lsmBpf: z.boolean().describe("whether programs can be attached to LSM hooks"),
  }),
  tookMs: z.number().int().nonnegative(),
  rows: z.array(selftestRowSchema),
});

export type SelftestResult = z.infer<typeof selftestResultSchema>;
export type SelftestRun = z.infer<typeof selftestRunSchema>;
export type SelftestHook = z.infer<typeof selftestHookSchema>;
export type SelftestRow = z.infer<typeof selftestRowSchema>;
export type Selftest = z.infer<typeof selftestSchema>;
