/**
 * What a verdict is about: traffic that leaves, traffic that comes in, a port that somebody binds or listens on,
 * traffic that belongs to no process, or the name that somebody asks a resolver for. A direction's place in the list
 * is its number in the kernel.
 */
export const verdictDirections = ["egress", "ingress", "listen", "unattributed", "query"] as const;

export type VerdictDirection = (typeof verdictDirections)[number];
