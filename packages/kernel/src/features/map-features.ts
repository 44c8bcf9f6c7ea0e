import { mapTypes } from "../maps/map-type.js";
import type { Feature } from "./feature.js";

function map(name: string, type: number, since: string, neededFor: string, withoutIt?: string): Feature {
  return {
    name,
    probe: { kind: "map", type },
    since,
    required: withoutIt === undefined,
    neededFor,
    withoutIt: withoutIt ?? "ringfence run refuses to start",
  };
}

/** Map types that the programs use. */
export const mapFeatures: readonly Feature[] = [
  map("hash", mapTypes.hash, "3.19", "process records"),
  map("array", mapTypes.array, "3.19", "policy tables"),
  map("percpu_array", mapTypes.perCpuArray, "4.6", "counters"),
  map("lru_hash", mapTypes.lruHash, "4.10", "flows that end without notice", "old flows are kept until exit"),
  map("lpm_trie", mapTypes.lpmTrie, "4.11", "short prefix lists", "prefixes are searched in arrays"),
  map("sk_storage", mapTypes.skStorage, "5.2", "the verdict kept with a socket"),
  map("ringbuf", mapTypes.ringBuffer, "5.8", "events"),
  map("task_storage", mapTypes.taskStorage, "5.11", "marks of a thread", "marks are kept in a hash"),
  map(
    "bloom_filter",
    mapTypes.bloomFilter,
    "5.16",
    "large deny lists",
    "large deny lists cost a hash look-up",
  ),
];
