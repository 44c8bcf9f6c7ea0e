import {
  type EventFilter,
  type EventType,
  eventTypes,
  type ReportOutcome,
  RingfenceError,
} from "@ringfence/model";
import type { ControlMethods } from "../control/index.js";
import type { EventHub } from "./event-hub.js";
import { joinedTypes } from "./joined-types.js";

const outcomes: readonly ReportOutcome[] = ["denied", "would-deny", "would-allow", "allowed"];

/**
 * What the agent can be asked about its events: `events.subscribe` sends those that pass a filter until the peer is gone.
 * @param flush tells what is joined so far: to those who were there meanwhile
 */
export function eventsMethods(hub: EventHub, flush: () => void): ControlMethods {
  return {
    "events.subscribe": {
      access: "read",
      handle: (params, peer, stream) =>
        new Promise((resolve) => {
          const filter = readFilter(params);
          const isWatching = joinedTypes.some((type) => filter.types?.includes(type) ?? true);
          if (isWatching) flush();
          const subscription = hub.subscribe(
            { name: `client ${peer.pid}`, filter, isWatching, onEnd: () => resolve(null) },
            (events, lost) => {
              for (const event of events) stream.send(event);
              if (lost > 0) stream.send({ type: "lost", lost });
            },
          );
          const end = () => {
            hub.unsubscribe(subscription);
            resolve(null);
          };
          if (stream.signal.aborted) end();
          else stream.signal.addEventListener("abort", end, { once: true });
        }),
    },
    "events.state": {
      access: "read",
      handle: async () => ({ published: hub.published, subscribers: hub.subscribers }),
    },
  };
}

/** Throws RF_REQUEST for a filter that is none. */
export function readFilter(params: Readonly<Record<string, unknown>>): EventFilter {
  const { types, verdicts, process, to, profile, ...others } = params;
  const [stray] = Object.keys(others);
  if (stray !== undefined) throw bad(stray);
  return {
    ...(types === undefined ? {} : { types: words<EventType>("types", types, eventTypes) }),
    ...(verdicts === undefined ? {} : { verdicts: words("verdicts", verdicts, outcomes) }),
    ...(process === undefined ? {} : { process: text("process", process) }),
    ...(to === undefined ? {} : { to: text("to", to) }),
    ...(profile === undefined ? {} : { profile: text("profile", profile) }),
  };
}

function words<Word extends string>(key: string, value: unknown, known: readonly Word[]): readonly Word[] {
  const isKnown = (word: unknown): word is Word => known.some((one) => one === word);
  if (Array.isArray(value) && value.every(isKnown)) return value;
  throw bad(key, `use a list of ${known.join(", ")}`);
}

function text(key: string, value: unknown): string {
  if (typeof value === "string" && value.length <= 1000) return value;
  throw bad(key, "use a text");
}

function bad(key: string, hint = "leave it out"): RingfenceError {
  return new RingfenceError("RF_REQUEST", `The filter's "${key}" cannot be used`, { hint });
}
