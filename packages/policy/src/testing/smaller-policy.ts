import {
  type ContainerCondition,
  type Destination,
  type Direction,
  type Dns,
  type NumberRange,
  networkOf,
  type Peer,
  type PortRange,
  type ProcessCondition,
  type Profile,
  type Rule,
} from "@ringfence/model";
import { shorterLists, simplerItems, smallerOptional } from "./smaller-list.js";

/** Policies that are one step smaller or plainer than the given one, the largest steps first. */
export function* smallerPolicies(profiles: readonly Profile[]): Generator<readonly Profile[]> {
  yield* shorterLists(profiles);
  yield* simplerItems(profiles, smallerProfiles);
}

function* smallerProfiles(profile: Profile): Generator<Profile> {
  const { mode, subject, listen, unattributed } = profile;
  for (const key of ["egress", "ingress"] as const) {
    const direction = profile[key];
    if (direction === null) continue;
    yield { ...profile, [key]: null };
    for (const smaller of smallerDirections(`${profile.name}/${key}`, direction)) {
      yield { ...profile, [key]: smaller };
    }
  }
  if (listen !== null) {
    yield { ...profile, listen: null };
    for (const ports of shorterLists(listen.ports)) yield { ...profile, listen: { ...listen, ports } };
  }
  if (unattributed !== null) yield { ...profile, unattributed: null };
  if (profile.names !== null) yield { ...profile, names: null };
  for (const dns of smallerDns(profile.dns)) yield { ...profile, dns };
  if (mode !== "enforce") yield { ...profile, mode: "enforce" };
  for (const smaller of smallerOptional(subject, smallerConditions)) yield { ...profile, subject: smaller };
}

function* smallerDns(dns: Dns | null): Generator<Dns | null> {
  if (dns === null) return;
  yield null;
  for (const key of ["queries", "encrypted", "resolvers"] as const) {
    const others = Object.entries(dns).some(([other, value]) => other !== key && value !== null);
    if (dns[key] !== null && others) yield { ...dns, [key]: null };
  }
}

function* smallerDirections(place: string, direction: Direction): Generator<Direction> {
  for (const rules of shorterLists(direction.rules)) yield { ...direction, rules: renumbered(place, rules) };
  for (const rules of simplerItems(direction.rules, smallerRules)) yield { ...direction, rules };
  if (direction.default === "deny") yield { ...direction, default: "allow" };
}

/** A rule without a name is called by its place. */
function renumbered(place: string, rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule, index) => (rule.id.endsWith("]") ? { ...rule, id: `${place}[${index}]` } : rule));
}

function* smallerRules(rule: Rule): Generator<Rule> {
  for (const process of smallerOptional(rule.process, smallerConditions)) yield { ...rule, process };
  for (const destination of smallerDestinations(rule.destination)) yield { ...rule, destination };
  if (rule.mode === "audit") yield { ...rule, mode: "enforce" };
}

function* smallerConditions(condition: ProcessCondition): Generator<ProcessCondition> {
  const { exe, ancestor, comm, cgroup, uid, gid, unit, container } = condition;
  const keys = Object.keys(condition) as (keyof ProcessCondition)[];
  for (const key of keys) {
    const { [key]: _, ...rest } = condition;
    if (keys.length > 1) yield rest;
  }
  for (const list of smallerList(exe, simplerPatterns)) yield { ...condition, exe: list };
  for (const list of smallerList(ancestor, simplerPatterns)) yield { ...condition, ancestor: list };
  for (const list of smallerList(comm, nothingSimpler)) yield { ...condition, comm: list };
  for (const list of smallerList(cgroup, nothingSimpler)) yield { ...condition, cgroup: list };
  for (const list of smallerList(unit, nothingSimpler)) yield { ...condition, unit: list };
  if (container !== undefined && container !== true) {
    yield { ...condition, container: true };
    for (const smaller of smallerContainers(container)) yield { ...condition, container: smaller };
  }
  for (const list of smallerList(uid, simplerRanges)) yield { ...condition, uid: list };
  for (const list of smallerList(gid, simplerRanges)) yield { ...condition, gid: list };
}

function* smallerContainers(container: ContainerCondition): Generator<ContainerCondition> {
  const keys = Object.keys(container) as (keyof ContainerCondition)[];
  for (const key of keys) {
    const { [key]: _, ...rest } = container;
    if (keys.length > 1) yield rest;
  }
  for (const key of ["name", "image", "id"] as const) {
    for (const list of smallerList(container[key], nothingSimpler)) yield { ...container, [key]: list };
  }
}

function* smallerDestinations(destination: Destination): Generator<Destination> {
  for (const to of smallerOptional(destination.to, simplerPeers)) yield { ...destination, to };
  for (const ports of smallerOptional(destination.ports, simplerPorts)) yield { ...destination, ports };
  for (const protocols of smallerOptional(destination.protocols, nothingSimpler)) {
    yield { ...destination, protocols };
  }
}

function* smallerList<T>(
  items: readonly T[] | undefined,
  simpler: (item: T) => Iterable<T>,
): Generator<readonly T[]> {
  for (const list of smallerOptional(items ?? null, simpler)) if (list !== null) yield list;
}

function nothingSimpler(): readonly never[] {
  return [];
}

function* simplerPatterns(pattern: string): Generator<string> {
  if (pattern !== "/**") yield "/**";
}

/** A range becomes a number; which of its ends is the simpler is for the caller's test to say. */
function* simplerRanges({ from, to }: NumberRange): Generator<NumberRange> {
  if (from === to) return;
  yield { from, to: from };
  yield { from: to, to };
}

function* simplerPorts(range: PortRange): Generator<PortRange> {
  if (range.protocol !== null) yield { ...range, protocol: null };
  for (const simpler of simplerRanges(range)) yield { ...range, ...simpler };
}

/** A wider block with a shorter text; what a single address has to say is in the flow. */
function* simplerPeers(peer: Peer): Generator<Peer> {
  if (peer.kind === "name" && peer.pattern.name.includes(".")) {
    yield { kind: "name", pattern: { name: "db", wildcard: false } };
  }
  if (peer.kind !== "prefix") return;
  const { address, length } = peer.prefix;
  for (let shorter = 8; shorter < length; shorter += 8) {
    yield { kind: "prefix", prefix: networkOf({ address, length: shorter }) };
  }
}
