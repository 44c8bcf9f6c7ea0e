import type { Peer, PortRange, ProcessCondition, Profile, Rule } from "@ringfence/model";
import { RESOLVER_ROOM } from "../../names/resolver-room.js";
import type { CommentedProfile } from "../imported.js";
import { namePeers } from "../name-peers.js";
import { linesOf } from "../placed.js";
import { portsOf } from "./direction-ports.js";
import { isIcmp } from "./is-icmp.js";
import type { NspDirection, NspProcess, NspProfile } from "./nsp-profile.js";
import { resolversOf } from "./resolvers-of.js";

const head = [
  "Answers need no rule here, names need not be listed twice, and search suffixes only where they are asked for.",
  "Binaries that are not listed are denied, as before. Paths are those behind symbolic links.",
];
const highestPort = 65_535;

/** A rule in the making, and the lines that it comes from. */
interface Draft {
  readonly rule: Rule;
  readonly comments: readonly string[];
}

/** What some rules of a direction are for. */
interface Service {
  readonly suffix: "" | "-icmp";
  readonly families: NspDirection["families"];
  readonly ports: readonly PortRange[] | null;
  readonly protocols: Rule["destination"]["protocols"];
}

const icmpOf = { 4: "icmp", 6: "icmpv6" } as const;

/** The profile for what a SecurityProfile of Network Security Probe says. */
export function policyOf(profile: NspProfile, file: string): CommentedProfile {
  const { name, mode, processes, rest } = profile;
  const names = new UniqueNames();
  const drafts = processes.map((process) => draftsOf(name, process, names.next(process.path.value)));
  const egress = [...drafts.flatMap((draft) => draft.egress), ...icmpOfRest(name, rest.egress, "egress")];
  const ingress = [...drafts.flatMap((draft) => draft.ingress), ...icmpOfRest(name, rest.ingress, "ingress")];
  const resolvers = resolversOf(profile).map(({ value }) => value);
  const trusted = resolvers.length === 0 ? null : resolvers.slice(0, RESOLVER_ROOM);
  const made: Profile = {
    name,
    mode: mode.value,
    subject: null,
    egress: { default: "deny", rules: egress.map(({ rule }) => rule) },
    ingress: { default: "deny", rules: ingress.map(({ rule }) => rule) },
    listen: { ports: [{ from: 0, to: highestPort, protocol: null }] },
    unattributed: null,
    names: null,
    dns: { queries: "enforce", encrypted: null, resolvers: trusted },
  };
  return {
    profile: made,
    head: [`From ${file}, by ringfence policy import nsp.`, ...head],
    keys: {
      mode: [`actions, ${mode.value === "off" ? "none of which counts" : `line ${mode.location.line}`}`],
      listen: ["Network Security Probe says nothing of who listens"],
      dns: [
        "only names that a rule lists may be asked for",
        ...(resolvers.length > 1 ? ["answers of all these count: leave those that are resolvers"] : []),
      ],
    },
    rules: new Map([...egress, ...ingress].map(({ rule, comments }) => [rule.id, comments])),
  };
}

function draftsOf(profile: string, { path, policy }: NspProcess, name: string) {
  const process: readonly ProcessCondition[] = [{ exe: [path.value] }];
  return {
    egress: policy.egress === null ? [] : egressOf(`${profile}/${name}`, process, policy.egress),
    ingress: policy.ingress === null ? [] : ingressOf(`${profile}/${name}`, process, policy.ingress),
  };
}

function egressOf(id: string, process: Rule["process"], direction: NspDirection): readonly Draft[] {
  const services = servicesOf(direction);
  const reached = services.length === 0 ? [] : direction.fqdns;
  const only = direction.questions.filter(({ value }) =>
    reached.every((name) => name.value.name !== value.name),
  );
  const zero: PortRange = { from: 0, to: 0, protocol: null };
  return [
    ...services.flatMap((service) => serviceDrafts(id, process, direction, service)),
    ...(only.length === 0
      ? []
      : [
          draft(`${id}-asks`, "allow", process, { to: namePeers(only), ports: [zero], protocols: null }, [
            linesOf([only]),
            "may be asked for, and not reached",
          ]),
        ]),
  ];
}

/** What comes in has no name, and its port at the other end means nothing. */
function ingressOf(id: string, process: Rule["process"], direction: NspDirection): readonly Draft[] {
  const incoming = { ...direction, fqdns: [], ports: [] };
  return servicesOf(incoming).flatMap((service) =>
    serviceDrafts(`${id}-ingress`, process, incoming, service),
  );
}

/** What has ports, and what has none: ICMP, of the families that both layers list. */
function servicesOf(direction: NspDirection): readonly Service[] {
  const { families, protocols } = direction;
  const ports = portsOf(direction);
  const withIcmp = families.filter(({ value }) =>
    protocols.some((protocol) => protocol.value === icmpOf[value]),
  );
  const services: readonly Service[] = [
    { suffix: "", families: ports.length === 0 ? [] : families, ports, protocols: null },
    { suffix: "-icmp", families: withIcmp, ports: null, protocols: ["icmp"] },
  ];
  return services.filter((service) => service.families.length > 0);
}

/** A rule that allows it, and one for each family that a name may have an address of and that is not let through. */
function serviceDrafts(
  id: string,
  process: Rule["process"],
  { fqdns, cidrs, families: listed, protocols, ports: single, applications }: NspDirection,
  { suffix, families, ports, protocols: named }: Service,
): readonly Draft[] {
  const to = [...blocksOf(cidrs, families), ...namePeers(fqdns)];
  if (to.length === 0) return [];
  const comments = [linesOf([fqdns, cidrs, listed, protocols, single, applications ?? []])];
  const lacking = ([4, 6] as const).filter(
    (family) => fqdns.length > 0 && families.every(({ value }) => value !== family),
  );
  return [
    draft(`${id}${suffix}`, "allow", process, { to, ports, protocols: named }, comments),
    ...lacking.map((family) => {
      const all: readonly Peer[] = [
        { kind: "prefix", prefix: { address: { family, value: 0n }, length: 0 } },
      ];
      return draft(`${id}${suffix}-no-ipv${family}`, "deny", process, { to: all, ports, protocols: named }, [
        `names may have IPv${family} addresses, which are not let through`,
      ]);
    }),
  ];
}

function icmpOfRest(
  profile: string,
  direction: NspDirection | null,
  way: "egress" | "ingress",
): readonly Draft[] {
  if (direction === null) return [];
  const icmp = {
    ...direction,
    fqdns: [],
    ports: [],
    protocols: direction.protocols.filter(({ value }) => isIcmp(value)),
  };
  const id = `${profile}/default${way === "egress" ? "" : "-ingress"}`;
  return servicesOf(icmp)
    .flatMap((service) => serviceDrafts(id, null, icmp, service))
    .map(({ rule, comments }) => ({
      rule,
      comments: [...comments, "packets of no process there; here ICMP belongs to one, and any may"],
    }));
}

function blocksOf(cidrs: NspDirection["cidrs"], families: NspDirection["families"]): readonly Peer[] {
  return cidrs
    .filter(({ value }) => families.some((family) => family.value === value.address.family))
    .map(({ value }) => ({ kind: "prefix", prefix: value }));
}

function draft(
  id: string,
  action: Rule["action"],
  process: Rule["process"],
  destination: Rule["destination"],
  comments: readonly string[],
): Draft {
  return { rule: { id, action, mode: "enforce", process, destination }, comments };
}

/** Names for rules out of the last part of a path. */
class UniqueNames {
  readonly #used = new Set<string>(["default"]);

  next(path: string): string {
    const plain = path
      .slice(path.lastIndexOf("/") + 1)
      .replace(/[^A-Za-z0-9._-]/g, "-")
      .slice(0, 40);
    const base = /^[A-Za-z0-9]/.test(plain) ? plain : `x${plain}`;
    let name = base;
    for (let count = 2; this.#used.has(name); count++) name = `${base}-${count}`;
    this.#used.add(name);
    return name;
  }
}
