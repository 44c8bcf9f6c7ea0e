import { networkOf, type Peer, type ProcessCondition, type Profile, type Rule } from "@ringfence/model";
import { checkPortsWithProtocols } from "../text/protocol-text.js";
import { pools } from "./pools.js";
import type { Random } from "./random.js";

/** How large a random policy is. */
export interface PolicySize {
  readonly rules: number;
  readonly prefixesPerRule: number;
  /** Rules are dealt out to this many users, whose numbers begin at 1000; 0 for rules that name no user. */
  readonly users: number;
}

/** Two profiles, one of them audited, with many rules whose prefixes are all different and partly overlap. */
export function largeProfiles(random: Random, size: PolicySize): readonly Profile[] {
  return [
    largeProfile(random, "large", "enforce", size),
    largeProfile(random, "draft", "audit", { ...size, rules: Math.ceil(size.rules / 16) }),
  ];
}

function largeProfile(random: Random, name: string, mode: Profile["mode"], size: PolicySize): Profile {
  const rules = Array.from({ length: size.rules }, (_, index) =>
    largeRule(random, `${name}/egress[${index}]`, index, size),
  );
  const silence = { ingress: null, listen: null, unattributed: null, names: null, dns: null };
  return {
    name,
    mode,
    subject: null,
    egress: { default: random.pick(["allow", "deny"]), rules },
    ...silence,
  };
}

function largeRule(random: Random, id: string, index: number, size: PolicySize): Rule {
  const to: Peer[] = Array.from({ length: size.prefixesPerRule }, () => largePeer(random));
  const protocols = random.oneIn(3) ? [random.pick(["tcp", "udp", "icmp"] as const)] : null;
  const from = random.below(65_000);
  const ports = [{ from, to: from + random.below(500), protocol: random.pick([null, "tcp", "udp"]) }];
  const usable = random.oneIn(2) && checkPortsWithProtocols(ports, protocols) === null;
  return {
    id,
    action: random.pick(["allow", "deny"]),
    mode: random.oneIn(8) ? "audit" : "enforce",
    process: processOf(random, index, size.users),
    destination: { to, ports: usable ? ports : null, protocols },
  };
}

function processOf(random: Random, index: number, users: number): readonly ProcessCondition[] | null {
  const uid = users === 0 ? {} : { uid: [{ from: 1000 + (index % users), to: 1000 + (index % users) }] };
  const exe = random.oneIn(6) ? { exe: [random.pick(pools.patterns)] } : {};
  const condition = { ...uid, ...exe };
  return Object.keys(condition).length === 0 ? null : [condition];
}

/** Half of them close together, where a search has to tell neighbours apart, the others all over the space. */
function largePeer(random: Random): Peer {
  const low = BigInt(random.below(2 ** 32));
  const crowded = random.oneIn(2);
  if (!random.oneIn(4)) {
    const value = crowded ? 0x0a010000n + (low & 0xffffn) : low;
    return block(4, value, crowded ? 32 - random.below(3) : 32 - random.below(12));
  }
  const net = 0xfd00n << 112n;
  const value = crowded ? net + (low & 0xffffn) : net + (low << 80n) + BigInt(random.below(2 ** 32));
  return block(6, value, crowded ? 128 - random.below(3) : random.pick([128, 112, 64, 64, 60, 48]));
}

function block(family: 4 | 6, value: bigint, length: number): Peer {
  return { kind: "prefix", prefix: networkOf({ address: { family, value }, length }) };
}
