import type { CallKind } from "../calls/call-kind.js";
import { adversarialRules } from "../rules/adversarial.js";
import { manyPrefixes } from "../rules/many-prefixes.js";
import type { NftForm } from "../rules/nft-text.js";
import { realisticRules } from "../rules/realistic.js";
import type { RuleSet } from "../rules/rule.js";

/** One way to judge what a worker does. */
export interface LadderCase {
  readonly id: string;
  readonly title: string;
  readonly set: RuleSet | null;
  /** null: ours */
  readonly form: NftForm | null;
  /** a batch here has this part of the calls, because each takes so long */
  readonly part: number;
}

/** Id of the case that judges nothing. */
export const noRules = "none";

const counts = [0, 10, 1000, 10_000] as const;
const prefixCount = 100_000;
/** Lists of more rules than this take so long that fewer calls are enough. */
const slowFrom = 1000;
const slowPart = 10;

/** Every case, the one without any program first. */
export function ladderCases(cgroupOf: (index: number) => string): readonly LadderCase[] {
  const realistic = counts.map((count) => realisticRules(count, cgroupOf));
  const adversarial = [10, 10_000].map(adversarialRules);
  const prefixes = manyPrefixes(prefixCount);
  const nft = (form: NftForm, from: number) =>
    realistic.slice(from).map((set) => nftCase(set, form, `nftables, ${form}, ${rulesText(set)}`));
  return [
    { id: noRules, title: "no program, no rules", set: null, form: null, part: 1 },
    ...realistic.map((set) => ourCase(set, `Ringfence, ${rulesText(set)}`)),
    ...adversarial.map((set) => ourCase(set, `Ringfence, adversarial, ${rulesText(set)}`)),
    ourCase(prefixes, `Ringfence, ${amount(prefixCount)} prefixes`),
    ...nft("linear", 0),
    ...nft("map", 1),
    nftCase(prefixes, "map", `nftables, set, ${amount(prefixCount)} prefixes`),
  ];
}

/** Id of a case of ours. */
export function ourId(name: string): string {
  return `ringfence-${name}`;
}

function ourCase(set: RuleSet, title: string): LadderCase {
  return { id: ourId(set.name), title, set, form: null, part: 1 };
}

function nftCase(set: RuleSet, form: NftForm, title: string): LadderCase {
  const part = form === "linear" && set.rules.length > slowFrom ? slowPart : 1;
  return { id: `nftables-${form}-${set.name}`, title, set, form, part };
}

function rulesText({ rules }: RuleSet): string {
  return `${amount(rules.length)} rules`;
}

function amount(count: number): string {
  return count.toLocaleString("en");
}

/** What is called in every case; each rotating call goes to another of 1,024 destinations. */
export const ladderKinds = [
  { order: "udp-connect", title: "UDP `connect()`, same destination", count: 400, judged: true },
  { order: "udp-connect-rotating", title: "UDP `connect()`, rotating", count: 400, judged: true },
  {
    order: "udp-connect-send",
    title: "UDP `connect()` + first `send()`, rotating",
    count: 200,
    judged: true,
  },
  { order: "udp-sendto", title: "UDP `sendto()`, same destination", count: 200, judged: true },
  { order: "udp-sendto-rotating", title: "UDP `sendto()`, rotating", count: 200, judged: true },
  { order: "udp-send", title: "UDP `send()`, connected", count: 200, judged: false },
  { order: "tcp-connect-rotating", title: "TCP `connect()` + `close()`, rotating", count: 30, judged: true },
] as const satisfies readonly CallKind[];
