import type { Rule, RuleSet } from "./rule.js";

/** The table that a benchmark's network namespace has for itself. */
const TABLE = "inet bench";

/** How a rule set is written for nftables: one rule each, or as few as possible that look up maps. */
export type NftForm = "linear" | "map";

/** A rule set as an nftables script that replaces what the table held, in one transaction. */
export function nftText(set: RuleSet, form: NftForm): string {
  const { maps, rules } = form === "linear" ? linear(set) : mapped(set);
  return [
    `table ${TABLE}`,
    `delete table ${TABLE}`,
    `table ${TABLE} {`,
    ...maps,
    "  chain output {",
    `    type filter hook output priority filter; policy ${set.default === "deny" ? "drop" : "accept"};`,
    ...rules.map((rule) => `    ${rule}`),
    "  }",
    "}",
    "",
  ].join("\n");
}

interface Script {
  readonly maps: readonly string[];
  readonly rules: readonly string[];
}

/** Denies first, as a policy means it. */
function linear({ rules }: RuleSet): Script {
  const denied = rules.filter(({ action }) => action === "deny");
  const allowed = rules.filter(({ action }) => action === "allow");
  return { maps: [], rules: [...denied, ...allowed].map(linearRule) };
}

function linearRule(rule: Rule): string {
  return ruleText(rule, rule.to.length === 1 ? `${rule.to[0]}` : `{ ${rule.to.join(", ")} }`);
}

function ruleText(rule: Rule, blocks: string): string {
  const { subject, protocol } = rule;
  const transport = protocol === "both" ? "meta l4proto { tcp, udp } th" : protocol;
  const who =
    subject.kind === "cgroup"
      ? `socket cgroupv2 level ${levelOf(subject.path)} "${subject.path.slice(1)}" `
      : subject.kind === "any"
        ? ""
        : `meta skuid ${subject.uid} `;
  return `${who}${familyOf(rule)} daddr ${blocks} ${transport} dport ${range(rule.ports)} ${verdict(rule)}`;
}

/**
 * A map for each kind of subject and each family: what the rules say apart is one key of user or cgroup, block,
 * protocol and ports. A rule with many blocks has a set of them instead.
 */
function mapped({ rules }: RuleSet): Script {
  const groups = new Map<string, Rule[]>();
  const maps: string[] = [];
  const lookups: string[] = [];
  for (const [index, rule] of rules.entries()) {
    if (rule.to.length === 1) {
      const name = `${subjectKey(rule)}_${familyOf(rule)}`;
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [rule]);
      else group.push(rule);
    } else {
      const type = familyOf(rule) === "ip" ? "ipv4_addr" : "ipv6_addr";
      const elements = rule.to.join(", ");
      maps.push(`  set blocks${index} { type ${type}; flags interval; elements = { ${elements} }; }`);
      lookups.push(ruleText(rule, `@blocks${index}`));
    }
  }
  for (const [name, members] of groups) {
    const key = keyOf(members[0]);
    const list = members.flatMap(elements).join(", ");
    maps.push(`  map ${name} { typeof ${key} : verdict; flags interval; elements = { ${list} }; }`);
    lookups.push(`${key} vmap @${name}`);
  }
  return { maps, rules: lookups };
}

function keyOf(rule: Rule | undefined): string {
  if (rule === undefined) return "";
  const { subject } = rule;
  const rest = `${familyOf(rule)} daddr . meta l4proto . th dport`;
  if (subject.kind === "any") return rest;
  if (subject.kind === "cgroup") return `socket cgroupv2 level ${levelOf(subject.path)} . ${rest}`;
  return `meta skuid . ${rest}`;
}

function elements(rule: Rule): string[] {
  const { subject, protocol, to } = rule;
  const who =
    subject.kind === "any"
      ? ""
      : subject.kind === "cgroup"
        ? `"${subject.path.slice(1)}" . `
        : `${subject.uid} . `;
  const transport = protocol === "both" ? ["tcp", "udp"] : [protocol];
  return to.flatMap((block) =>
    transport.map((name) => `${who}${block} . ${name} . ${range(rule.ports)} : ${verdict(rule)}`),
  );
}

function subjectKey({ subject }: Rule): string {
  return subject.kind === "cgroup" || subject.kind === "any" ? subject.kind : "uid";
}

function familyOf({ to }: Rule): "ip" | "ip6" {
  return to[0]?.includes(":") === true ? "ip6" : "ip";
}

function range([first, last]: readonly [number, number]): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

function verdict({ action }: Rule): string {
  return action === "allow" ? "accept" : "drop";
}

function levelOf(path: string): number {
  return path.split("/").length - 1;
}
