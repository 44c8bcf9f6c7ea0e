import { ownExecutables, ownPorts, type Rule, type RuleSet } from "./rule.js";

const [worker] = ownExecutables;

const matching: Rule = {
  action: "deny",
  subject: { kind: "exe-and-uid", exe: worker, uid: 0 },
  to: ["10.0.0.0/9"],
  protocol: "both",
  ports: ownPorts,
};

/** Rules that match the benchmark's flows in every dimension but one. */
const nearMisses: readonly Rule[] = [
  { ...matching, subject: { kind: "exe-and-uid", exe: "/srv/other/bin/server", uid: 0 } },
  { ...matching, subject: { kind: "exe-and-uid", exe: worker, uid: 30_000 } },
  { ...matching, ports: [1, ownPorts[0] - 1] },
  { ...matching, to: ["10.255.0.0/16"] },
];

/**
 * The worst case of a classifier that ANDs vectors of bits: whichever dimension comes first, three of four bits are
 * left in every word, also in every word of a summary; only the last dimension clears the last of them. No rule
 * matches and nothing stops the search early.
 */
export function adversarialRules(count: number): RuleSet {
  const rules = Array.from(
    { length: count },
    (_, index) => nearMisses[index % nearMisses.length] ?? matching,
  );
  return { name: `adversarial-${count}`, default: "allow", rules };
}
