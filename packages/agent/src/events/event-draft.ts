import type { AgentEvent } from "@ringfence/model";

/** What the hub puts into every event. */
type Stamp = "schema" | "sequence" | "time" | "bootId" | "bootMs" | "host" | "labels";

type WithoutStamp<Event> = Event extends AgentEvent ? Omit<Event, Stamp> : never;

/** An event as its source describes it, before the hub stamps it. */
export type EventDraft = WithoutStamp<AgentEvent>;
