import type { Rule } from "@ringfence/model";
import { coversProcesses } from "./covers-processes.js";
import { coversServices } from "./covers-services.js";
import { PeerCoverIndex } from "./peer-cover-index.js";

/** Comparisons after which looking stops: about a quarter of a second. */
const budget = 2_000_000;

/** A rule that can never decide, and the deny that always wins over it. */
export interface Shadowed {
  readonly rule: Rule;
  readonly by: Rule;
}

export interface ShadowSearch {
  readonly shadowed: readonly Shadowed[];
  /** Rules that were not looked at, because so many denies had to be compared with the ones before. */
  readonly unchecked: number;
}

/**
 * Finds rules that one deny of the same profile covers whole. An allow is shadowed by a deny anywhere, a deny by
 * one before it; an audited deny shadows audited rules only.
 */
export function findShadowed(rules: readonly Rule[]): ShadowSearch {
  const denies = rules.flatMap((rule, index) => (rule.action === "deny" ? [{ rule, index }] : []));
  const peers = new PeerCoverIndex(denies.map(({ rule }) => rule.destination.to));
  const shadowed: Shadowed[] = [];
  let compared = 0;
  for (const [index, rule] of rules.entries()) {
    let first: { rule: Rule; index: number } | null = null;
    for (const candidate of peers.candidates(rule.destination.to)) {
      compared++;
      const deny = denies[candidate];
      if (deny === undefined || deny.index === index || (first !== null && first.index < deny.index))
        continue;
      if (rule.action === "deny" && deny.index > index) continue;
      if (shadows(deny.rule, rule) && peers.covers(candidate, rule.destination.to)) first = deny;
    }
    if (first !== null) shadowed.push({ rule, by: first.rule });
    if (compared > budget) return { shadowed, unchecked: rules.length - index - 1 };
  }
  return { shadowed, unchecked: 0 };
}

function shadows(deny: Rule, rule: Rule): boolean {
  return (
    (deny.mode === "enforce" || rule.mode === "audit") &&
    coversServices(deny.destination, rule.destination) &&
    coversProcesses(deny.process, rule.process)
  );
}
