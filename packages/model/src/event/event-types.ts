import type { AgentEvent } from "./agent-event.js";

export type EventType = AgentEvent["type"];

/** Every kind of event. */
export const eventTypes = [
  "verdict",
  "connection",
  "dns",
  "process",
  "listen",
  "policy",
  "workload",
  "alert",
  "loss",
  "agent",
] as const satisfies readonly EventType[];
