import type { Destination, ProcessCondition, VerdictDirection } from "@ringfence/model";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";
import { destinationKeys } from "../evaluate/matches-destination.js";
import { type Belief, matchesAnyItem, processKeys } from "../evaluate/matches-process.js";
import { destinationReason } from "./destination-reason.js";
import type { DestinationKey, Mismatch } from "./explanation.js";
import { processReason } from "./process-reason.js";

/** The keys that keep every one of the items from matching; none when one of them matches. */
export function processMismatches(
  part: "subject" | "process",
  items: readonly ProcessCondition[] | null,
  process: ProcessFacts,
  belief: Belief,
): readonly Mismatch[] {
  if (items === null || matchesAnyItem(items, process, belief)) return [];
  return items.flatMap((item, index) =>
    keysOf(processKeys)
      .filter((key) => !processKeys[key](item, process, belief))
      .map((key) => ({
        part,
        item: items.length === 1 ? null : index,
        key,
        reason: processReason(key, item, process, belief),
      })),
  );
}

/** The keys of a destination that the flow does not meet. */
export function destinationMismatches(destination: Destination, flow: FlowFacts): readonly Mismatch[] {
  return keysOf(destinationKeys)
    .filter((key) => !destinationKeys[key](destination, flow))
    .map((key) => ({
      part: "destination",
      item: null,
      key: fileKeys[flow.direction ?? "egress"][key] ?? key,
      reason: destinationReason(key, destination, flow),
    }));
}

/** What a key is called in a policy file where it is not called the same. */
const fileKeys: Readonly<
  Record<VerdictDirection, Partial<Record<keyof typeof destinationKeys, DestinationKey>>>
> = {
  egress: {},
  ingress: { ports: "localPorts", to: "from" },
  listen: { ports: "listen" },
  unattributed: {},
  query: {},
};

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table) as K[];
}
