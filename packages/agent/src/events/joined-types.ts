import type { EventType } from "@ringfence/model";

/** Types of events whose repeats are joined as the kernel's records, while nobody watches. */
export const joinedTypes: readonly EventType[] = ["verdict", "connection"];
