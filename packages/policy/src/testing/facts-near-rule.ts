import {
  type Address,
  addressBits,
  type NumberRange,
  nat64Prefix,
  type Peer,
  type ProcessCondition,
  type Profile,
  prefixesOf,
  prefixRange,
  type Rule,
} from "@ringfence/model";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";
import { hasPorts } from "../evaluate/has-ports.js";
import { containerAt } from "./container-at.js";
import { pools } from "./pools.js";
import type { Random } from "./random.js";
import { randomFlow, randomProcess } from "./random-facts.js";

const mapped = 0xffffn << 32n;

/** A question that the rule, its neighbour or its edge should answer: most facts satisfy it, some miss it by one. */
export function factsNearRule(
  random: Random,
  profile: Profile,
  rule: Rule,
  direction: "egress" | "ingress",
): { readonly process: ProcessFacts; readonly flow: FlowFacts } {
  const conditions = [profile.subject, rule.process].flatMap((items) =>
    items === null ? [] : [pickFrom(random, items)],
  );
  let process = randomProcess(random);
  for (const condition of conditions) process = satisfying(random, process, condition ?? {});
  return { process, flow: { ...flowNear(random, rule), direction } };
}

function satisfying(random: Random, process: ProcessFacts, condition: ProcessCondition): ProcessFacts {
  const { exe, ancestor, comm, uid, gid, cgroup, host, container, unit } = condition;
  const path = (patterns: readonly string[]) => {
    return { path: instance(random, pickFrom(random, patterns) ?? "/"), trusted: !random.oneIn(6) };
  };
  const inside = cgroup === undefined ? process.cgroup : cgroupNear(random, pickFrom(random, cgroup) ?? "/");
  const misplaced = (host === true) === (containerAt(inside) !== false) || unit !== undefined;
  const asked = host !== undefined || container !== undefined || unit !== undefined;
  const place = asked && misplaced && !random.oneIn(4) ? placeFor(random, condition) : inside;
  return {
    exe: exe === undefined || random.oneIn(8) ? process.exe : path(exe),
    ancestors: ancestor === undefined ? process.ancestors : [...process.ancestors.slice(-3), path(ancestor)],
    comm: comm === undefined || random.oneIn(8) ? process.comm : (pickFrom(random, comm) ?? process.comm),
    uid: uid === undefined ? process.uid : numberNear(random, uid, 4_294_967_294),
    gid: gid === undefined ? process.gid : numberNear(random, gid, 4_294_967_294),
    cgroup: place,
    container: containerAt(place),
  };
}

function flowNear(random: Random, { destination: { to, ports, protocols } }: Rule): FlowFacts {
  const flow = randomFlow(random);
  const range = ports === null ? undefined : pickFrom(random, ports);
  const named = range?.protocol ?? (protocols === null ? undefined : pickFrom(random, protocols));
  const protocol = random.oneIn(8) ? flow.protocol : (named ?? (range === undefined ? flow.protocol : "tcp"));
  const port = range === undefined ? (flow.port ?? 443) : numberNear(random, [range], 65_535);
  const peer = to === null ? undefined : pickFrom(random, to);
  return {
    protocol,
    port: hasPorts(protocol) ? port : null,
    address: peer === undefined || random.oneIn(16) ? flow.address : addressNear(random, peer),
  };
}

/** In a block, at its ends or just beside it; IPv4 also in its two IPv6 disguises. */
function addressNear(random: Random, peer: Peer): Address {
  const prefix = pickFrom(random, prefixesOf(peer));
  if (prefix === undefined) return { family: 4, value: 0n };
  const { family } = prefix.address;
  const { first, last } = prefixRange(prefix);
  const highest = (1n << BigInt(addressBits(family))) - 1n;
  const inside = first + ((BigInt(random.below(2 ** 32)) * (last - first + 1n)) >> 32n);
  const value = random.pick([first, last, inside, inside, first - 1n, last + 1n]);
  const address: Address = { family, value: value < 0n ? 0n : value > highest ? highest : value };
  return family === 6 ? address : random.pick([address, address, ...disguises(address)]);
}

function disguises({ value }: Address): readonly Address[] {
  return [
    { family: 6, value: mapped + value },
    { family: 6, value: nat64Prefix.address.value + value },
  ];
}

function numberNear(random: Random, ranges: readonly NumberRange[], highest: number): number {
  const { from, to } = pickFrom(random, ranges) ?? { from: 0, to: 0 };
  const inside = from + random.below(to - from + 1);
  const value = random.pick([from, to, inside, inside, from - 1, to + 1]);
  return Math.min(Math.max(value, 0), highest);
}

/** A path that the pattern may match. */
function instance(random: Random, pattern: string): string {
  return pattern
    .split("**")
    .map((part) => part.replaceAll("*", () => random.pick(["", "x", "x/y"])))
    .reduce((path, part) => `${path}${random.pick(["", "a", "a/b"])}${part}`);
}

function cgroupNear(random: Random, root: string): string {
  return root === "/"
    ? random.pick(pools.processCgroups)
    : random.pick([root, root, `${root}/x`, `${root}r`]);
}

function placeFor(random: Random, { host, container }: ProcessCondition): string {
  if (container !== undefined)
    return random.pick(["/docker/c1/x", "/docker/c2", "/docker/c3", "/made/x", "/fresh"]);
  return random.pick(
    host === true ? ["/system.slice", "/fresh"] : ["/system.slice/a.service/x", "/user.slice/u"],
  );
}

function pickFrom<T>(random: Random, items: readonly T[]): T | undefined {
  return items[random.below(items.length)];
}
