import { ownExecutables, ownPorts, type Rule, type RuleSet, type RuleSubject } from "./rule.js";

/** Cgroups that rules name; they exist while the benchmark runs. */
export const cgroupCount = 16;
const users = 500;
const programs = 200;
/** Every ninth rule denies. */
const denyEvery = 9;

const services: readonly Pick<Rule, "protocol" | "ports">[] = [
  { protocol: "tcp", ports: [443, 443] },
  { protocol: "tcp", ports: [5432, 5432] },
  { protocol: "udp", ports: [53, 53] },
  { protocol: "both", ports: [8000, 8999] },
  { protocol: "tcp", ports: [22, 22] },
];

/** For rules without a subject: their ports stay clear of the benchmark's own, which they would decide. */
const publicServices: readonly Pick<Rule, "protocol" | "ports">[] = [
  { protocol: "tcp", ports: [25, 25] },
  { protocol: "both", ports: [111, 139] },
  { protocol: "tcp", ports: [443, 445] },
];

/**
 * `count` rules as a large installation has them: programs, users, cgroups and everybody; a block of addresses each,
 * a quarter of them IPv6; single ports and ranges; denies among allows; default deny. The rule in the middle decides
 * what the benchmark does, by the action `own`. Always the same for the same arguments. No two overlap where nftables refuses that.
 */
export function realisticRules(
  count: number,
  cgroupOf: (index: number) => string,
  own: Rule["action"] = "allow",
): RuleSet {
  const rules = Array.from({ length: count }, (_, index) => realisticRule(index, cgroupOf));
  if (count > 0) rules[Math.floor(count / 2)] = ownRule(own, ["10.0.0.0/8"]);
  return { name: `realistic-${count}`, default: count === 0 ? "allow" : "deny", rules };
}

/** The rule that decides what the benchmark does. */
export function ownRule(action: Rule["action"], to: readonly string[]): Rule {
  return {
    action,
    subject: { kind: "exe", exe: ownExecutables, uid: 0 },
    to,
    protocol: "both",
    ports: ownPorts,
  };
}

function realisticRule(index: number, cgroupOf: (index: number) => string): Rule {
  const subject = subjectOf(index, cgroupOf);
  const choices = subject.kind === "any" ? publicServices : services;
  const service = choices[Math.floor(index / 4) % choices.length] ?? { protocol: "both", ports: ownPorts };
  return {
    action: index % denyEvery === 0 ? "deny" : "allow",
    subject,
    to: [index % 16 >= 12 ? wideBlock(index) : narrowBlock(index)],
    ...service,
  };
}

function subjectOf(index: number, cgroupOf: (index: number) => string): RuleSubject {
  const turn = Math.floor(index / 4);
  switch (index % 4) {
    case 0:
      return { kind: "uid", uid: 20_000 + (turn % users) };
    case 1:
      return programOf(turn % programs);
    case 2:
      return { kind: "cgroup", path: cgroupOf(turn % cgroupCount) };
    default:
      return { kind: "any" };
  }
}

function programOf(number: number): RuleSubject {
  const exe = number % 3 === 0 ? `/opt/app-${number}/**` : `/srv/app-${number}/bin/server`;
  return { kind: "exe", exe: [exe], uid: 30_000 + number };
}

/** A block of its own /24, of one of several lengths. */
function narrowBlock(index: number): string {
  const length = [24, 28, 32, 26][index % 5] ?? 25;
  return `10.${index >> 8}.${index & 255}.0/${length}`;
}

function wideBlock(index: number): string {
  return `2001:db8:${index.toString(16)}::/${index % 2 === 0 ? 48 : 64}`;
}
