import type { Rule } from "@ringfence/model";
import { coversProcesses } from "./covers-processes.js";
import { coversServices } from "./covers-services.js";
import { PeerCoverIndex } from "./peer-cover-index.js";

/** A rule that can never decide, and the deny that always wins over it. */
export interface Shadowed {
  readonly rule: Rule;
  readonly by: Rule;
}

/**
 * Finds rules that one deny of the same profile covers whole. An allow is shadowed by a deny anywhere, a deny by
 * one before it; an audited deny shadows audited rules only.
 */
export function findShadowed(rules: readonly Rule[]): readonly Shadowed[] {
  const denies = rules.flatMap((rule, index) => (rule.action === "deny" ? [{ rule, index }] : []));
  if (denies.length === 0) return [];
  const peers = new PeerCoverIndex(denies.map(({ rule }) => rule.destination.to));
  return rules.flatMap((rule, index) => {
    for (const candidate of peers.covering(rule.destination.to)) {
      const deny = denies[candidate];
      if (deny === undefined || deny.index === index) continue;
      if (rule.action === "deny" && deny.index > index) break;
      if (shadows(deny.rule, rule)) return [{ rule, by: deny.rule }];
    }
    return [];
  });
}

function shadows(deny: Rule, rule: Rule): boolean {
  return (
    (deny.mode === "enforce" || rule.mode === "audit") &&
    coversServices(deny.destination, rule.destination) &&
    coversProcesses(deny.process, rule.process)
  );
}
