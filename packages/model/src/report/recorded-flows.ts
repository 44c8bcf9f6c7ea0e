import { z } from "zod";
import { REPORT_SCHEMA } from "../schema-names.js";
import { reportFlowSchema, reportProcessSchema } from "./report.js";

const { domain, names } = reportFlowSchema.shape;

/** One row as `recordedFlowsSchema` takes it. */
export const recordedFlowSchema = reportFlowSchema
  .pick({
    outcome: true,
    direction: true,
    exe: true,
    exeFlags: true,
    protocol: true,
    address: true,
    port: true,
    rule: true,
    shadowRule: true,
    reason: true,
    processCount: true,
  })
  .extend({
    domain: domain.optional(),
    names: names.optional(),
    processes: z.array(reportProcessSchema.pick({ pid: true, uid: true, gid: true, comm: true }).strip()),
  })
  .strip();

/**
 * What can be explained of a report: its flows, and of them what says where they went and who sent them. Looks at
 * nothing else, so that it reads reports of older builds, which learned no names and counted less.
 */
export const recordedFlowsSchema = z.object({
  schema: z.literal(REPORT_SCHEMA),
  flows: z.array(recordedFlowSchema),
});

export type RecordedFlow = z.infer<typeof recordedFlowSchema>;
export type RecordedFlows = z.infer<typeof recordedFlowsSchema>;
