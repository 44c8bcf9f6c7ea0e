import type {
  Action,
  ContainerCondition,
  Destination,
  NumberRange,
  Peer,
  PortRange,
  Prefix,
  ProcessCondition,
  Profile,
  Rule,
} from "@ringfence/model";
import { addressBits, networkOf } from "@ringfence/model";
import type { CompiledPolicy } from "../compile/compiled-policy.js";
import { productCompiler } from "./differential.js";
import type { Compiler } from "./policy-case.js";

/** Compilers that misread one thing of the language: each understands another policy than the one it is given. */
export const sourceMutants: Readonly<Record<string, Compiler>> = {
  "ports begin one too early": onPorts((r) => ({ ...r, from: Math.max(r.from - 1, 0) })),
  "ports begin one too late": onPorts((r) => ({ ...r, from: Math.min(r.from + 1, r.to) })),
  "ports end one too early": onPorts((r) => ({ ...r, to: Math.max(r.to - 1, r.from) })),
  "ports end one too late": onPorts((r) => ({ ...r, to: Math.min(r.to + 1, 65_535) })),
  "a range of ports is its first port": onPorts((r) => ({ ...r, to: r.from })),
  "the suffix of a port is ignored": onPorts((r) => ({ ...r, protocol: null })),
  "the suffix of a port means the other protocol": onPorts((r) => ({ ...r, protocol: other(r.protocol) })),
  "only the first ports count": onDestinations((d) => ({ ...d, ports: first(d.ports) })),
  "ports are ignored": onDestinations((d) => ({ ...d, ports: null })),
  "protocols are ignored": onDestinations((d) => ({ ...d, protocols: null })),
  "only the first protocol counts": onDestinations((d) => ({ ...d, protocols: first(d.protocols) })),
  "a protocol without ports is none": onDestinations((d) =>
    d.ports === null && d.protocols !== null ? { ...d, ports: everyPort } : d,
  ),
  "destinations are ignored": onDestinations((d) => ({ ...d, to: null })),
  "only the first destination counts": onDestinations((d) => ({ ...d, to: first(d.to) })),
  "blocks are twice as large": onPrefixes((p) => resized(p, -1)),
  "blocks are half as large": onPrefixes((p) => resized(p, 1)),
  "the last address of a block is left out": onPeers((peer) =>
    peer.kind === "prefix" ? allButLast(peer.prefix) : [peer],
  ),
  "IPv4 blocks are ignored": onPeers((peer) => (isOf(peer, 4) ? [] : [peer])),
  "IPv6 blocks are ignored": onPeers((peer) => (isOf(peer, 6) ? [] : [peer])),
  "private is localhost": onPeers((peer) =>
    peer.kind === "set" && peer.set === "private" ? [{ kind: "set", set: "localhost" }] : [peer],
  ),
  "any is IPv4 only": onPeers((peer) =>
    peer.kind === "set" && peer.set === "any" ? [{ kind: "prefix", prefix: everyV4 }] : [peer],
  ),
  "uids begin one too late": onConditions((c) =>
    ids(c, "uid", ({ from, to }) => ({ from: Math.min(from + 1, to), to })),
  ),
  "uids end one too late": onConditions((c) => ids(c, "uid", ({ from, to }) => ({ from, to: to + 1 }))),
  "gids begin one too early": onConditions((c) =>
    ids(c, "gid", ({ from, to }) => ({ from: Math.max(from - 1, 0), to })),
  ),
  "gids end one too early": onConditions((c) =>
    ids(c, "gid", ({ from, to }) => ({ from, to: Math.max(to - 1, from) })),
  ),
  "uid means gid": onConditions(({ uid, ...rest }) => (uid === undefined ? rest : { ...rest, gid: uid })),
  ...ignoredKeys(["exe", "ancestor", "comm", "uid", "gid", "cgroup", "host", "container", "unit"]),
  "any container is the one described": onConditions((c) =>
    c.container === undefined ? c : { ...c, container: true },
  ),
  ...ignoredContainerKeys(["name", "image", "id", "label"]),
  "exe means ancestor": onConditions(({ exe, ...rest }) =>
    exe === undefined ? rest : { ...rest, ancestor: exe },
  ),
  "one star crosses slashes": onConditions((c) => patterns(c, (text) => text.replaceAll(/\*+/g, "**"))),
  "two stars stop at slashes": onConditions((c) => patterns(c, (text) => text.replaceAll("**", "*"))),
  "only the first subject counts": onProfiles((p) => ({ ...p, subject: first(p.subject) })),
  "subjects are ignored": onProfiles((p) => ({ ...p, subject: null })),
  "only the first process of a rule counts": onRules((r) => ({ ...r, process: first(r.process) })),
  "the processes of a rule are ignored": onRules((r) => ({ ...r, process: null })),
  "the keys of a condition are alternatives": onProcesses((items) =>
    items.flatMap((item) => Object.entries(item).map(([key, value]) => ({ [key]: value }))),
  ),
  "audited rules are enforced": onRules((r) => ({ ...r, mode: "enforce" })),
  "audited rules are left out": onDirections((rules) => rules.filter(({ mode }) => mode === "enforce")),
  "audited profiles are enforced": onProfiles((p) => (p.mode === "audit" ? { ...p, mode: "enforce" } : p)),
  "audited profiles are off": onProfiles((p) => (p.mode === "audit" ? { ...p, mode: "off" } : p)),
  "profiles that are off are audited": onProfiles((p) => (p.mode === "off" ? { ...p, mode: "audit" } : p)),
  "every default is allow": onDefaults(() => "allow"),
  "every default is deny": onDefaults(() => "deny"),
  "a profile without egress denies": onProfiles((p) =>
    p.egress === null ? { ...p, egress: { default: "deny", rules: [] } } : p,
  ),
  "an allow wins over a deny": (profiles) => allowFirst(profiles),
  "later rules come first": onDirections((rules) => rules.toReversed()),
  "later profiles come first": (profiles) => productCompiler(profiles.toReversed()),
  "the last rule of a profile is lost": onDirections((rules) => rules.slice(0, -1)),
};

const everyPort: readonly PortRange[] = [{ from: 0, to: 65_535, protocol: null }];
const everyV4: Prefix = { address: { family: 4, value: 0n }, length: 0 };

function onProfiles(change: (profile: Profile) => Profile): Compiler {
  return (profiles) => productCompiler(profiles.map(change));
}

function onDirections(change: (rules: readonly Rule[]) => readonly Rule[]): Compiler {
  return onProfiles((profile) =>
    profile.egress === null
      ? profile
      : { ...profile, egress: { ...profile.egress, rules: change(profile.egress.rules) } },
  );
}

function onDefaults(change: () => Action): Compiler {
  return onProfiles((profile) =>
    profile.egress === null ? profile : { ...profile, egress: { ...profile.egress, default: change() } },
  );
}

/** Allow rules get the first bits. */
function allowFirst(profiles: readonly Profile[]): CompiledPolicy {
  const opposite = (action: Action): Action => (action === "allow" ? "deny" : "allow");
  const swapped = onRules((rule) => ({ ...rule, action: opposite(rule.action) }))(profiles);
  const isDefault = (id: string) => id.endsWith("/egress.default");
  const bits = swapped.bits.map((bit) =>
    isDefault(bit.ruleId) ? bit : { ...bit, action: opposite(bit.action) },
  );
  return { ...swapped, bits };
}

function onRules(change: (rule: Rule) => Rule): Compiler {
  return onDirections((rules) => rules.map(change));
}

function onDestinations(change: (destination: Destination) => Destination): Compiler {
  return onRules((rule) => ({ ...rule, destination: change(rule.destination) }));
}

function onPorts(change: (range: PortRange) => PortRange): Compiler {
  return onDestinations((destination) => ({ ...destination, ports: destination.ports?.map(change) ?? null }));
}

function onPeers(change: (peer: Peer) => readonly Peer[]): Compiler {
  return onDestinations((destination) => ({ ...destination, to: destination.to?.flatMap(change) ?? null }));
}

function onPrefixes(change: (prefix: Prefix) => Prefix): Compiler {
  return onPeers((peer) => [peer.kind === "prefix" ? { kind: "prefix", prefix: change(peer.prefix) } : peer]);
}

function onProcesses(change: (items: readonly ProcessCondition[]) => readonly ProcessCondition[]): Compiler {
  const optional = (items: readonly ProcessCondition[] | null) => (items === null ? null : change(items));
  return (profiles) =>
    onRules((rule) => ({ ...rule, process: optional(rule.process) }))(
      profiles.map((profile) => ({ ...profile, subject: optional(profile.subject) })),
    );
}

function onConditions(change: (condition: ProcessCondition) => ProcessCondition): Compiler {
  return onProcesses((items) => items.map(change));
}

function ignoredKeys(keys: readonly (keyof ProcessCondition)[]): Readonly<Record<string, Compiler>> {
  const ignore = (key: keyof ProcessCondition) =>
    onConditions((condition) => {
      const { [key]: _, ...rest } = condition;
      return rest;
    });
  return Object.fromEntries(keys.map((key) => [`${key} is ignored`, ignore(key)]));
}

function ignoredContainerKeys(
  keys: readonly (keyof ContainerCondition)[],
): Readonly<Record<string, Compiler>> {
  const ignore = (key: keyof ContainerCondition) =>
    onConditions((condition) => {
      if (condition.container === undefined || condition.container === true) return condition;
      const { [key]: _, ...rest } = condition.container;
      return { ...condition, container: rest };
    });
  return Object.fromEntries(keys.map((key) => [`a container's ${key} is ignored`, ignore(key)]));
}

function ids(
  condition: ProcessCondition,
  key: "uid" | "gid",
  change: (range: NumberRange) => NumberRange,
): ProcessCondition {
  const ranges = condition[key];
  return ranges === undefined ? condition : { ...condition, [key]: ranges.map(change) };
}

function patterns(condition: ProcessCondition, change: (pattern: string) => string): ProcessCondition {
  return condition.exe === undefined ? condition : { ...condition, exe: condition.exe.map(change) };
}

function other(protocol: PortRange["protocol"]): PortRange["protocol"] {
  return protocol === null ? null : protocol === "tcp" ? "udp" : "tcp";
}

function first<T>(items: readonly T[] | null): readonly T[] | null {
  return items?.slice(0, 1) ?? null;
}

function isOf(peer: Peer, family: 4 | 6): boolean {
  return peer.kind === "prefix" && peer.prefix.address.family === family;
}

function resized({ address, length }: Prefix, by: number): Prefix {
  const bits = addressBits(address.family);
  return networkOf({ address, length: Math.min(Math.max(length + by, 0), bits) });
}

/** A block without its last address, as the blocks that are left. */
function allButLast({ address, length }: Prefix): readonly Peer[] {
  const bits = addressBits(address.family);
  const peers: Peer[] = [];
  let value = address.value;
  for (let part = length + 1; part <= bits; part++) {
    peers.push({ kind: "prefix", prefix: { address: { family: address.family, value }, length: part } });
    value += 1n << BigInt(bits - part);
  }
  return peers;
}
