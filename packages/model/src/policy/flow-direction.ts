/**
 * What a verdict is about: traffic that leaves, traffic that comes in, a port that somebody binds or listens on, or
 * traffic that belongs to no process. A direction's place in the list is its number in the kernel.
 */
export const flowDirections = ["egress", "ingress", "listen", "unattributed"] as const;

export type FlowDirection = (typeof flowDirections)[number];

/** The same, and the name that somebody asks a resolver for. */
export const verdictDirections = [...flowDirections, "query"] as const;

export type VerdictDirection = (typeof verdictDirections)[number];
