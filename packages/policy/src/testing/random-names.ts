import {
  type Address,
  type Dns,
  formatAddress,
  type Peer,
  type Profile,
  parseAddress,
  RingfenceError,
  type Rule,
} from "@ringfence/model";
import type { FlowFacts } from "../evaluate/facts.js";
import { pools } from "./pools.js";
import type { Random } from "./random.js";
import { randomBlock } from "./random-policy.js";

/** The profiles with names in some of their outgoing rules, and with things to say about DNS. */
export function withRandomNames(random: Random, profiles: readonly Profile[]): readonly Profile[] {
  return profiles.map((profile) => {
    if (profile.egress === null) return profile;
    const rules = profile.egress.rules.map((rule) => (random.oneIn(2) ? namedRule(random, rule) : rule));
    return {
      ...profile,
      egress: { ...profile.egress, rules },
      names: random.oneIn(4) ? { graceSeconds: random.below(3600) } : null,
      dns: random.oneIn(4) ? null : randomDns(random),
    };
  });
}

/** Mostly outgoing flows to addresses that have names, or queries; sometimes the flow as it is. */
export function withRandomLiveNames(random: Random, flow: FlowFacts): FlowFacts {
  const { direction = "egress" } = flow;
  if (direction !== "egress" && !random.oneIn(2)) return flow;
  if (random.oneIn(4)) return { ...flow, direction: "query", names: [random.pick(pools.names)] };
  if (random.oneIn(3)) return { ...flow, ...toResolver(random) };
  return { ...flow, names: [...new Set(random.list(0, 3, () => random.pick(pools.names)))] };
}

function namedRule(random: Random, rule: Rule): Rule {
  const others = random.oneIn(3) ? (rule.destination.to ?? []) : [];
  const names = random.list(1, 2, () => randomNamePeer(random));
  return { ...rule, destination: { ...rule.destination, to: [...names, ...others] } };
}

function randomNamePeer(random: Random): Peer {
  const text = random.pick(pools.namePatterns);
  const wildcard = text.startsWith("*.");
  return { kind: "name", pattern: { name: text.slice(wildcard ? 2 : 0), wildcard } };
}

function randomDns(random: Random): Dns {
  const dns: Dns = {
    queries: random.pick([null, null, "enforce", "allow"]),
    encrypted: random.oneIn(3) ? random.list(1, 2, () => randomBlock(random)) : null,
    resolvers: random.oneIn(4) ? null : randomResolvers(random),
  };
  // The language has no map without a key.
  const isSilent = Object.values(dns).every((value) => value === null);
  return isSilent ? { ...dns, resolvers: [randomResolver(random)] } : dns;
}

function toResolver(random: Random): Pick<FlowFacts, "direction" | "protocol" | "address" | "port"> {
  const port = random.pick([53, 53, 52, 853]);
  return {
    direction: "egress",
    protocol: random.pick(["udp", "tcp"]),
    address: randomResolver(random),
    port,
  };
}

function randomResolvers(random: Random): readonly Address[] {
  const drawn = random.list(1, 2, () => randomResolver(random));
  return [...new Map(drawn.map((address) => [formatAddress(address), address])).values()];
}

function randomResolver(random: Random): Address {
  const text = random.pick(pools.resolvers);
  const address = parseAddress(text);
  if (address === null) throw new RingfenceError("RF_INTERNAL", `Cannot read test address "${text}"`);
  return address;
}
