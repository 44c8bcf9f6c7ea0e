import type { EventWorkload } from "@ringfence/model";
import type { Alert } from "@ringfence/rules";
import type { EventDraft } from "../events/event-draft.js";

/** What the agent adds to an alert. */
export interface AlertContext {
  readonly workload: EventWorkload | null;
  readonly response: string;
  readonly time: string;
}

/** The event of an alert: once told, it stands for those before it that were counted only. */
export function alertEvent(alert: Alert, { workload, response, time }: AlertContext): EventDraft {
  return {
    type: "alert",
    level: "warning",
    msg: alert.text,
    process: alert.actor,
    workload,
    count: alert.suppressed + 1,
    firstSeen: time,
    lastSeen: time,
    detector: alert.detector,
    severity: alert.severity,
    address: alert.address,
    port: alert.port,
    evidence: { ...alert.evidence, suppressed: alert.suppressed },
    response,
  };
}
