import {
  formatAddress,
  type Peer,
  type ProcessCondition,
  type Profile,
  parseAddress,
  parsePrefix,
} from "@ringfence/model";
import type { FlowFacts } from "@ringfence/policy";
import type { Random } from "@ringfence/policy/testing";

/** The first port of a run of calls; each has a port of its own, by which the report is read. */
export const firstPort = 2000;

const addresses = [
  "127.0.0.1",
  "127.0.0.2",
  "0.0.0.0",
  "10.1.2.3",
  "10.255.255.255",
  "11.0.0.0",
  "192.0.2.1",
  "255.255.255.254",
  "::1",
  "::",
  "::ffff:10.1.2.3",
  "::ffff:0.0.0.0",
  "fd00::1",
  "fd00:0:0:1::",
  "64:ff9b::10.1.2.3",
  "64:ff9b::8.8.8.8",
] as const;
const prefixes = [
  "10.0.0.0/8",
  "10.1.2.3",
  "127.0.0.1",
  "192.0.2.0/24",
  "::1",
  "fd00::/64",
  "fd00::/8",
  "::/0",
] as const;
const ids = [0, 1, 33, 1000] as const;

/** A flow to one of a few addresses and to the given port. */
export function randomCall(random: Random, port: number): FlowFacts {
  return { protocol: random.pick(["tcp", "udp"]), address: addressOf(random.pick(addresses)), port };
}

/** As a program would write it. */
export function callAddress({ address }: FlowFacts): string {
  return formatAddress(address);
}

/** Profiles over what the callers of a test are, and over their ports. */
export function randomCallPolicy(random: Random, { patterns, comms, ports }: CallPool): readonly Profile[] {
  const range = () => {
    const from = firstPort + random.below(ports);
    return { from, to: from + random.below(ports / 3), protocol: random.pick([null, null, "tcp", "udp"]) };
  };
  const id = () => pair(random.pick(ids), random.pick(ids));
  const condition = (): ProcessCondition => ({
    ...(random.oneIn(2) ? { exe: random.list(1, 2, () => pickFrom(random, patterns)) } : { uid: [id()] }),
    ...(random.oneIn(4) ? { comm: random.list(1, 2, () => pickFrom(random, comms)) } : {}),
    ...(random.oneIn(4) ? { gid: [id()] } : {}),
    ...(random.oneIn(4) ? { host: true as const } : {}),
  });
  const items = () => (random.oneIn(3) ? null : random.list(1, 2, condition));
  return ["a", "b", "c"].map((name) => ({
    name,
    mode: name === "a" ? "enforce" : random.pick(["enforce", "audit"]),
    subject: items(),
    egress: {
      default: random.pick(["allow", "deny"]),
      rules: Array.from({ length: 12 }, (_, index) => ({
        id: `${name}/egress[${index}]`,
        action: random.pick(["allow", "deny"]),
        mode: random.oneIn(5) ? "audit" : "enforce",
        process: items(),
        destination: {
          to: random.oneIn(3) ? null : random.list(1, 2, () => peer(random)),
          ports: random.list(1, 2, range),
          protocols: null,
        },
      })),
    },
    ingress: null,
    listen: null,
    unattributed: null,
    names: null,
    dns: null,
  }));
}

/** What conditions are drawn from, and how many ports there are. */
export interface CallPool {
  readonly patterns: readonly string[];
  readonly comms: readonly string[];
  readonly ports: number;
}

function peer(random: Random): Peer {
  if (random.oneIn(3)) return { kind: "set", set: random.pick(["any", "localhost", "private"]) };
  const text = random.pick(prefixes);
  const prefix = parsePrefix(text);
  if (prefix === null) throw new Error(`Cannot read "${text}"`);
  return { kind: "prefix", prefix };
}

function addressOf(text: string): FlowFacts["address"] {
  const address = parseAddress(text);
  if (address === null) throw new Error(`Cannot read "${text}"`);
  return address;
}

function pair(a: number, b: number) {
  return { from: Math.min(a, b), to: Math.max(a, b) };
}

function pickFrom<T>(random: Random, items: readonly T[]): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error("Nothing to pick from");
  return item;
}
