import type { Ending, Opening } from "@ringfence/rules";
import type { ConnectionDraft } from "../events/connection-event.js";
import type { VerdictDraft } from "../events/verdict-event.js";

/** What a verdict shows the detectors; null for what they do not look at. The time is the caller's. */
export function openingOf(draft: VerdictDraft): Opening | null {
  const { process, hook, direction, address, port, protocol, domain, outcome } = draft;
  if (process === null || direction !== "egress" || address === null) return null;
  return {
    kind: "opening",
    atMs: 0,
    actor: process,
    address,
    port: port ?? 0,
    protocol,
    name: domain,
    denied: outcome === "denied",
    raw: hook === "packet",
  };
}

/** The same of a connection's end: they look at attempts that came to nothing. */
export function endingOf(draft: ConnectionDraft): Ending | null {
  const { process, protocol, direction, address, port, established } = draft;
  if (process === null || protocol !== "tcp" || established) return null;
  return { kind: "ending", atMs: 0, actor: process, direction, address, port, established };
}
