import {
  type Address,
  type ContainerCondition,
  type Destination,
  type Direction,
  type NumberRange,
  type Peer,
  type PortProtocol,
  type PortRange,
  type ProcessCondition,
  type Profile,
  parseAddress,
  parsePrefix,
  portProtocols,
  RingfenceError,
  type Rule,
} from "@ringfence/model";
import { checkPortsWithProtocols } from "../text/protocol-text.js";
import { pools } from "./pools.js";
import type { Random } from "./random.js";

/** One to three profiles that use every key of the language, with overlapping values. */
export function randomProfiles(random: Random): readonly Profile[] {
  const count = 1 + random.below(3);
  return Array.from({ length: count }, (_, index) => randomProfile(random, `p${index}`));
}

function randomProfile(random: Random, name: string): Profile {
  const aboutHost = random.oneIn(4);
  return {
    name,
    mode: random.pick(["enforce", "enforce", "enforce", "audit", "off"]),
    subject: aboutHost ? [{ host: true }] : randomItems(random),
    egress: random.oneIn(8) ? null : randomDirection(random, `${name}/egress`),
    ingress: random.oneIn(4) ? null : randomDirection(random, `${name}/ingress`),
    listen: random.oneIn(4) ? null : { ports: random.list(0, 3, () => randomPorts(random, ["tcp", "udp"])) },
    unattributed: aboutHost && !random.oneIn(3) ? { action: random.pick(["allow", "deny"]) } : null,
    names: null,
    dns: null,
  };
}

function randomDirection(random: Random, id: string): Direction {
  const rules = random.oneIn(8) ? [] : random.list(1, 6, () => null);
  return {
    default: random.pick(["allow", "deny"]),
    rules: rules.map((_, index) => randomRule(random, `${id}[${index}]`)),
  };
}

function randomRule(random: Random, id: string): Rule {
  return {
    id,
    action: random.pick(["allow", "deny"]),
    mode: random.oneIn(4) ? "audit" : "enforce",
    process: randomItems(random),
    destination: randomDestination(random),
  };
}

function randomItems(random: Random): readonly ProcessCondition[] | null {
  return random.oneIn(2) ? null : random.list(1, 2, () => randomCondition(random));
}

function randomCondition(random: Random): ProcessCondition {
  const maybe = <T extends object>(make: () => T): T | Record<never, never> =>
    random.oneIn(4) ? make() : {};
  const patterns = () => random.list(1, 2, () => random.pick(pools.patterns));
  const condition = {
    ...maybe(() => ({ exe: patterns() })),
    ...maybe(() => ({ ancestor: patterns() })),
    ...maybe(() => ({ comm: random.list(1, 2, () => random.pick(pools.comms)) })),
    ...maybe(() => ({ uid: random.list(1, 2, () => randomRange(random, pools.ids)) })),
    ...maybe(() => ({ gid: random.list(1, 2, () => randomRange(random, pools.ids)) })),
    ...maybe(() => ({ cgroup: random.list(1, 2, () => random.pick(pools.cgroups)) })),
    ...maybe(() => (random.oneIn(3) ? { host: true as const } : { container: randomContainer(random) })),
    ...(random.oneIn(8) ? { unit: random.list(1, 2, () => random.pick(pools.units)) } : {}),
  };
  // The language has no condition without a key.
  return Object.keys(condition).length > 0 ? condition : { exe: patterns() };
}

function randomContainer(random: Random): true | ContainerCondition {
  const texts = (from: readonly [string, ...string[]]) => random.list(1, 2, () => random.pick(from));
  const { app, tier } = pools.labels;
  switch (random.below(6)) {
    case 0:
      return { name: texts(pools.containerNames) };
    case 1:
      return { image: texts(pools.images) };
    case 2:
      return { id: texts(pools.containerIds), name: texts(pools.containerNames) };
    case 3:
      return { label: { app: texts(app) } };
    case 4:
      return { label: { app: texts(app), tier: texts(tier) }, image: texts(pools.images) };
    default:
      return true;
  }
}

function randomRange(random: Random, values: readonly [number, ...number[]]): NumberRange {
  const a = random.pick(values);
  const b = random.oneIn(2) ? a : random.pick(values);
  return { from: Math.min(a, b), to: Math.max(a, b) };
}

function randomDestination(random: Random): Destination {
  const protocols = random.oneIn(3)
    ? [...new Set(random.list(1, 2, () => random.pick(["tcp", "udp", "sctp", "icmp"] as const)))]
    : null;
  const ports = random.oneIn(2) ? null : random.list(1, 3, () => randomPorts(random, portProtocols));
  return {
    to: random.oneIn(4) ? null : random.list(1, 3, () => randomPeer(random)),
    // The language refuses ports that never match the protocols beside them.
    ports: ports !== null && checkPortsWithProtocols(ports, protocols) === null ? ports : null,
    protocols,
  };
}

function randomPeer(random: Random): Peer {
  if (random.oneIn(4)) return { kind: "set", set: random.pick(["any", "localhost", "private"]) };
  return randomBlock(random);
}

/** A block of addresses. */
export function randomBlock(random: Random): Peer {
  const text = random.pick(pools.prefixes);
  const prefix = parsePrefix(text);
  if (prefix === null) throw new RingfenceError("RF_INTERNAL", `Cannot read test prefix "${text}"`);
  return { kind: "prefix", prefix };
}

function randomPorts(random: Random, suffixes: readonly PortProtocol[]): PortRange {
  return { ...randomRange(random, pools.ports), protocol: random.pick([null, null, ...suffixes]) };
}

/** An address that often lies in, or just beside, a block of a random policy. */
export function randomAddress(random: Random): Address {
  const text = random.pick(pools.addresses);
  const address = parseAddress(text);
  if (address === null) throw new RingfenceError("RF_INTERNAL", `Cannot read test address "${text}"`);
  return address;
}
