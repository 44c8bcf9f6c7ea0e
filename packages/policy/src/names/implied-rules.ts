import type {
  Destination,
  PortRange,
  ProcessCondition,
  Profile,
  Rule,
  SourceLocation,
} from "@ringfence/model";
import { isEverywhere, namePatternText } from "@ringfence/model";
import { parseName } from "../text/name-text.js";

/** What DNS is asked on; also what a public resolver may still be reached on. */
const dnsPort = 53;
/** DNS over TLS, and over QUIC. */
const encryptedPort = 853;
const highestPort = 65_535;

/** Names that rules of a profile cannot have, as what its `dns` says is called so. */
export const impliedNames = [
  "dns.encrypted",
  "dns.encrypted.resolvers",
  "dns.resolvers",
  "dns.resolvers.audit",
  "dns.queries",
] as const;

/** True when an outgoing rule of the profile lists a name. */
export function listsNames({ egress }: Profile): boolean {
  return egress?.rules.some(hasNames) ?? false;
}

/**
 * The outgoing rules that a profile has beside those that are written: what `dns: { encrypted: deny }` refuses, and
 * that whoever may reach a name may ask the trusted resolvers, if the profile denies by default. What may be asked
 * is for `queryRules` to say.
 */
export function dnsRules(profile: Profile): readonly Rule[] {
  return [...encryptedRules(profile), ...resolverRules(profile)];
}

/** True when the profile refuses queries for every name that its processes may not reach. */
export function guardsQueries({ egress, dns }: Profile): boolean {
  if (egress === null || dns?.queries === "allow") return false;
  return dns?.queries === "enforce" || (egress.default === "deny" && egress.rules.some(allowsNames));
}

/** True when queries are judged at all: a policy that says nothing about names leaves them alone. */
export function judgesQueries(profiles: readonly Profile[]): boolean {
  return profiles.some(
    (profile) =>
      profile.mode !== "off" &&
      (guardsQueries(profile) || queryRules(profile).some(({ action }) => action === "deny")),
  );
}

/**
 * The rules by which a query is judged: those of egress, as far as they are about names. A deny that is for some ports
 * only leaves the name reachable, and refuses no query. What a profile allows counts always, so that it widens what another
 * one denies. What it denies by name counts unless it lets queries pass; what it denies to everywhere, if it guards them.
 */
export function queryRules(profile: Profile): readonly Rule[] {
  return (profile.egress?.rules ?? []).flatMap((rule) => {
    if (rule.action === "deny" && !deniesQueries(profile, rule)) return [];
    const destination = namesOf(rule.destination.to);
    if (destination === null) return [];
    const search = rule.action === "allow" ? (profile.dns?.search ?? []) : [];
    return [{ ...rule, destination: completed(destination, search) }];
  });
}

function deniesQueries(profile: Profile, { destination: { to, ports, protocols } }: Rule): boolean {
  if (ports !== null || protocols !== null || profile.dns?.queries === "allow") return false;
  return guardsQueries(profile) || !isEverywhere(to);
}

/** The names of a destination, and those with one of some domains behind them, as far as these are names. */
function completed(destination: Destination, domains: readonly string[]): Destination {
  if (destination.to === null || domains.length === 0) return destination;
  const longer = destination.to.flatMap((peer) =>
    domains.flatMap((domain) => {
      if (peer.kind !== "name") return [];
      const pattern = parseName(`${namePatternText(peer.pattern)}.${domain}`);
      return "wildcard" in pattern ? [{ kind: "name" as const, pattern }] : [];
    }),
  );
  return { ...destination, to: [...destination.to, ...longer] };
}

/** Null for a rule that is about addresses only. */
function namesOf(to: Destination["to"]): Destination | null {
  const anywhere = { to: null, ports: null, protocols: null };
  if (to === null || isEverywhere(to)) return anywhere;
  const names = to.filter(({ kind }) => kind === "name");
  return names.length === 0 ? null : { ...anywhere, to: names };
}

function encryptedRules({ name, dns }: Profile): readonly Rule[] {
  if (dns === null || dns.encrypted === null) return [];
  const rule = { action: "deny", mode: "enforce", process: null, ...placeOf(dns.location) } as const;
  const others = [portRange(0, dnsPort - 1), portRange(dnsPort + 1, highestPort)];
  return [
    {
      ...rule,
      id: `${name}/dns.encrypted`,
      destination: { to: null, ports: [portRange(encryptedPort, encryptedPort)], protocols: null },
    },
    {
      ...rule,
      id: `${name}/dns.encrypted.resolvers`,
      destination: { to: dns.encrypted, ports: others, protocols: null },
    },
  ];
}

function resolverRules({ name, egress, dns }: Profile): readonly Rule[] {
  const resolvers = dns?.resolvers ?? [];
  if (egress?.default !== "deny" || resolvers.length === 0) return [];
  const destination: Destination = {
    to: resolvers.map((address) => ({
      kind: "prefix",
      prefix: { address, length: address.family === 4 ? 32 : 128 },
    })),
    ports: [portRange(dnsPort, dnsPort)],
    protocols: ["udp", "tcp"],
  };
  return (["enforce", "audit"] as const).flatMap((mode) => {
    const rules = egress.rules.filter((rule) => rule.mode === mode && allowsNames(rule));
    const id = `${name}/dns.resolvers${mode === "audit" ? ".audit" : ""}`;
    return rules.length === 0
      ? []
      : [{ id, action: "allow", mode, process: anyOf(rules), destination, ...placeOf(rules[0]?.location) }];
  });
}

/** The processes that one of the rules is for. */
function anyOf(rules: readonly Rule[]): readonly ProcessCondition[] | null {
  const items = rules.map(({ process }) => process);
  return items.includes(null) ? null : items.flatMap((item) => item ?? []);
}

function allowsNames(rule: Rule): boolean {
  return rule.action === "allow" && hasNames(rule);
}

function hasNames({ destination }: Rule): boolean {
  return destination.to?.some(({ kind }) => kind === "name") ?? false;
}

function portRange(from: number, to: number): PortRange {
  return { from, to, protocol: null };
}

function placeOf(location: SourceLocation | undefined): { readonly location?: SourceLocation } {
  return location === undefined ? {} : { location };
}
