import { ownRule } from "./realistic.js";
import type { Rule, RuleSet } from "./rule.js";

/** One IPv6 block in ten. */
const wideEvery = 10;

/**
 * One rule with `count` blocks of addresses, with gaps between them, so that none can be merged: two /26 in every
 * /24 of 10.0.0.0/8 from the start on, and /48 below 2001:db8::/32. Default deny.
 */
export function manyPrefixes(count: number, action: Rule["action"] = "allow"): RuleSet {
  const wide = Math.min(65_536, Math.floor(count / wideEvery));
  const narrow = Array.from({ length: count - wide }, (_, index) => {
    const block = index >> 1;
    return `10.${block >> 8}.${block & 255}.${(index & 1) * 128}/26`;
  });
  const wides = Array.from({ length: wide }, (_, index) => `2001:db8:${index.toString(16)}::/64`);
  return {
    name: `prefixes-${count}`,
    default: "deny",
    rules: [ownRule(action, narrow), ownRule(action, wides)],
  };
}
