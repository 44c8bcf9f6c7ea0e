import type { Destination, Dns, NamePattern, Peer, Profile, Rule } from "@ringfence/model";
import type { CompiledPolicy, NameEntry } from "../compile/compiled-policy.js";
import { productCompiler } from "./differential.js";
import type { Compiler } from "./policy-case.js";
import type { TableMutant } from "./table-mutants.js";

/** Compilers that misread what a policy says with names, or about DNS. */
export const nameSourceMutants: Readonly<Record<string, Compiler>> = {
  "names are ignored": onPeers((peer) => (peer.kind === "name" ? [] : [peer])),
  "a rule with names is for every destination": onDestinations((d) => (namesIn(d) ? { ...d, to: null } : d)),
  "only the first name counts": onDestinations((d) => ({ ...d, to: firstName(d.to) })),
  "a wildcard is the name itself": onPatterns((p) => [{ ...p, wildcard: false }]),
  "a name is all that is below it": onPatterns((p) => [{ ...p, wildcard: true }]),
  "a wildcard holds the name too": onPatterns((p) => (p.wildcard ? [p, { ...p, wildcard: false }] : [p])),
  "a name holds what is below it too": onPatterns((p) => [p, { ...p, wildcard: true }]),
  "a wildcard stands for one name above": onPatterns((p) =>
    p.wildcard ? [{ ...p, name: p.name.slice(p.name.indexOf(".") + 1) }] : [p],
  ),
  "names in a deny are ignored": onRules((rule) =>
    rule.action === "deny" ? { ...rule, destination: withoutNames(rule.destination) } : rule,
  ),
  "ports beside names are ignored": onDestinations((d) => (namesIn(d) ? { ...d, ports: null } : d)),
  "queries are never guarded": onDns((dns) => ({ ...dns, queries: "allow" })),
  "queries are always guarded": onDns((dns) => ({ ...dns, queries: "enforce" })),
  "queries enforce is ignored": onDns((dns) => (dns.queries === "enforce" ? { ...dns, queries: null } : dns)),
  "queries allow is ignored": onDns((dns) => (dns.queries === "allow" ? { ...dns, queries: null } : dns)),
  "a deny by name refuses no query": onProfiles((p) =>
    p.dns === null ? { ...p, dns: { queries: "allow", encrypted: null, resolvers: null } } : p,
  ),
  "encrypted is ignored": onDns((dns) => ({ ...dns, encrypted: null })),
  "only port 853 is encrypted": onDns((dns) =>
    dns.encrypted === null ? dns : { ...dns, encrypted: [nowhere] },
  ),
  "nobody may ask the resolvers": onDns((dns) => ({ ...dns, resolvers: null })),
  "only the first resolver may be asked": onDns((dns) => ({
    ...dns,
    resolvers: dns.resolvers?.slice(0, 1) ?? null,
  })),
};

/** Tables in which one thing about names is wrong, as a broken compiler would make them. */
export const nameTableMutants: Readonly<Record<string, TableMutant>> = {
  "no name is known": (c) => onEntries(c, () => []),
  "the first name is lost": (c) => onEntries(c, (entries) => entries.slice(1)),
  "wildcards are lost": (c) => onEntries(c, (entries) => entries.filter(({ wildcard }) => !wildcard)),
  "wildcards and names are swapped": (c) =>
    onEntries(c, (entries) => entries.map((entry) => ({ ...entry, wildcard: !entry.wildcard }))),
  "the row of a name is that of the name before it": (c) =>
    onEntries(c, (entries) => entries.map((entry, i) => ({ ...entry, row: entries[i - 1]?.row ?? 1 }))),
  "a name is in every rule": (c) => onEntries(c, (entries) => entries.map((entry) => ({ ...entry, row: 0 }))),
  "a query matches what is for every destination only": (c) => ({
    ...c,
    directionRows: { ...c.directionRows, query: c.names.anywhereRow },
  }),
  "a query matches nothing without its name": (c) => ({ ...c, names: { ...c.names, anywhereRow: 1 } }),
  "a query matches rules for addresses": (c) => ({ ...c, names: { ...c.names, anywhereRow: 0 } }),
  "a query is judged as a flow": (c) => ({
    ...c,
    directionRows: { ...c.directionRows, query: c.directionRows.egress },
  }),
};

const nowhere: Peer = { kind: "prefix", prefix: { address: { family: 4, value: 1n }, length: 32 } };

function onProfiles(change: (profile: Profile) => Profile): Compiler {
  return (profiles) => productCompiler(profiles.map(change));
}

function onRules(change: (rule: Rule) => Rule): Compiler {
  return onProfiles((profile) =>
    profile.egress === null
      ? profile
      : { ...profile, egress: { ...profile.egress, rules: profile.egress.rules.map(change) } },
  );
}

function onDestinations(change: (destination: Destination) => Destination): Compiler {
  return onRules((rule) => ({ ...rule, destination: change(rule.destination) }));
}

function onPeers(change: (peer: Peer) => readonly Peer[]): Compiler {
  return onDestinations((destination) => ({ ...destination, to: destination.to?.flatMap(change) ?? null }));
}

function onPatterns(change: (pattern: NamePattern) => readonly NamePattern[]): Compiler {
  return onPeers((peer) =>
    peer.kind === "name" ? change(peer.pattern).map((pattern) => ({ kind: "name", pattern })) : [peer],
  );
}

function onDns(change: (dns: Dns) => Dns): Compiler {
  const silent: Dns = { queries: null, encrypted: null, resolvers: null };
  return onProfiles((profile) => ({ ...profile, dns: change(profile.dns ?? silent) }));
}

function namesIn({ to }: Destination): boolean {
  return to?.some(({ kind }) => kind === "name") ?? false;
}

function withoutNames(destination: Destination): Destination {
  return { ...destination, to: destination.to?.filter(({ kind }) => kind !== "name") ?? null };
}

function firstName(to: Destination["to"]): Destination["to"] {
  const first = to?.find(({ kind }) => kind === "name");
  return to?.filter((peer) => peer.kind !== "name" || peer === first) ?? null;
}

function onEntries(
  compiled: CompiledPolicy,
  change: (entries: readonly NameEntry[]) => readonly NameEntry[],
): CompiledPolicy {
  return { ...compiled, names: { ...compiled.names, entries: change(compiled.names.entries) } };
}
