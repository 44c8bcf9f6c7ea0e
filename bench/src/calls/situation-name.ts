/**
 * What is attached where a worker calls: nothing, programs that agree at once, or a fence whose events are read as
 * they come (`ours`) or only afterwards (`unread`, which leaves the cost of our programs alone).
 */
export const situationNames = ["none", "empty", "ours", "unread"] as const;
export type SituationName = (typeof situationNames)[number];
