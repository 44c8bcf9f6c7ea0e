import type {
  Address,
  Peer,
  PortProtocol,
  PortRange,
  ProcessCondition,
  Profile,
  Rule,
} from "@ringfence/model";
import type { CommentedProfile } from "../imported.js";
import { linesOf } from "../placed.js";
import { applicationPorts, closedPorts } from "./closed-ports.js";
import type { NspDirection, NspProcess, NspProfile } from "./nsp-profile.js";

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

/** The profile for what a SecurityProfile of Network Security Probe says. */
export function policyOf(profile: NspProfile, file: string): CommentedProfile {
  const { name, mode, processes, rest } = profile;
  const names = new UniqueNames();
  const drafts = processes.map((process) => draftsOf(name, process, names.next(process.path.value)));
  const egress = [...drafts.flatMap((draft) => draft.egress), ...icmpOfRest(name, rest.egress, "egress")];
  const ingress = [...drafts.flatMap((draft) => draft.ingress), ...icmpOfRest(name, rest.ingress, "ingress")];
  const resolvers = resolversOf(processes);
  const made: Profile = {
    name,
    mode: mode.value,
    subject: null,
    egress: { default: "deny", rules: egress.map(({ rule }) => rule) },
    ingress: { default: "deny", rules: ingress.map(({ rule }) => rule) },
    listen: { ports: [{ from: 0, to: highestPort, protocol: null }] },
    unattributed: null,
    names: null,
    dns: { queries: "enforce", encrypted: null, resolvers: resolvers.length === 0 ? null : resolvers },
  };
  return {
    profile: made,
    head: [`From ${file}, by ringfence policy import nsp.`, ...head],
    keys: {
      mode: [`actions, ${mode.value === "off" ? "none of which counts" : `line ${mode.location.line}`}`],
      listen: ["Network Security Probe says nothing of who listens"],
      dns: ["only names that a rule lists may be asked for"],
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
  const { fqdns, questions } = direction;
  const names: readonly Peer[] = fqdns.map(({ value }) => ({ kind: "name", pattern: value }));
  const to = [...blocksOf(direction), ...names];
  const only = questions.filter(({ value }) => fqdns.every((fqdn) => fqdn.value.name !== value.name));
  const asked: readonly Peer[] = only.map(({ value }) => ({ kind: "name", pattern: value }));
  const zero: PortRange = { from: 0, to: 0, protocol: null };
  return [
    ...servicesOf(id, process, to, direction),
    ...(names.length === 0 ? [] : lackingFamilies(id, process, direction)),
    ...(asked.length === 0
      ? []
      : [
          draft(`${id}-asks`, "allow", process, { to: asked, ports: [zero], protocols: null }, [
            linesOf([only]),
            "may be asked for, and not reached",
          ]),
        ]),
  ];
}

function ingressOf(id: string, process: Rule["process"], direction: NspDirection): readonly Draft[] {
  return servicesOf(`${id}-ingress`, process, blocksOf(direction), { ...direction, ports: [] });
}

/** One rule for what has ports, one for ICMP; none where a layer lets nothing pass. */
function servicesOf(
  id: string,
  process: Rule["process"],
  to: readonly Peer[],
  direction: NspDirection,
): readonly Draft[] {
  const { fqdns, cidrs, families, protocols, ports: single, applications } = direction;
  if (to.length === 0 || families.length === 0) return [];
  const comments = [linesOf([fqdns, cidrs, families, protocols, single, applications ?? []])];
  const ports = portsOf(direction);
  const rules =
    ports.length === 0 ? [] : [draft(id, "allow", process, { to, ports, protocols: null }, comments)];
  const hasIcmp = protocols.some(({ value }) => value === "icmp");
  if (!hasIcmp) return rules;
  return [
    ...rules,
    draft(`${id}-icmp`, "allow", process, { to, ports: null, protocols: ["icmp"] }, comments),
  ];
}

/** The ports that layers 4 and 7 both let through: those of an application only if it is listed. */
function portsOf(direction: NspDirection): readonly PortRange[] {
  const { protocols, ports } = direction;
  const closed = closedPorts(direction);
  const whole = protocols.flatMap(({ value }) => (value === "icmp" ? [] : rangesWithout(closed, value)));
  const single = ports
    .filter(
      ({ value }) => !closed.includes(value.port) && protocols.every((one) => one.value !== value.protocol),
    )
    .map(({ value: { protocol, port } }): PortRange => ({ from: port, to: port, protocol }));
  return [...whole, ...single];
}

function rangesWithout(closed: readonly number[], protocol: PortProtocol): readonly PortRange[] {
  const ends = [...closed, highestPort + 1];
  return ends.map((end, index) => ({
    from: index === 0 ? 0 : (closed[index - 1] ?? 0) + 1,
    to: end - 1,
    protocol,
  }));
}

/** A name may have addresses of a family that the profile does not let through. */
function lackingFamilies(id: string, process: Rule["process"], { families }: NspDirection): readonly Draft[] {
  return ([4, 6] as const).flatMap((family) => {
    if (families.length === 0 || families.some(({ value }) => value === family)) return [];
    const to: readonly Peer[] = [{ kind: "prefix", prefix: { address: { family, value: 0n }, length: 0 } }];
    const comments = [`l3.protocols has no ipv${family}, and names may have such addresses`];
    return [draft(`${id}-no-ipv${family}`, "deny", process, { to, ports: null, protocols: null }, comments)];
  });
}

function icmpOfRest(
  profile: string,
  direction: NspDirection | null,
  way: "egress" | "ingress",
): readonly Draft[] {
  if (direction === null) return [];
  const icmp = {
    ...direction,
    protocols: direction.protocols.filter(({ value }) => value === "icmp"),
    ports: [],
  };
  const id = `${profile}/default${way === "egress" ? "" : "-ingress"}`;
  return servicesOf(id, null, blocksOf(direction), { ...icmp, fqdns: [] }).map(({ rule, comments }) => ({
    rule,
    comments: [...comments, "packets of no process there; here ICMP belongs to one, and any may"],
  }));
}

function blocksOf({ cidrs, families }: NspDirection): readonly Peer[] {
  return cidrs
    .filter(({ value }) => families.some((family) => family.value === value.address.family))
    .map(({ value }) => ({ kind: "prefix", prefix: value }));
}

/** Single addresses that some binary may ask for names: nobody else's answers counted. */
function resolversOf(processes: readonly NspProcess[]): readonly Address[] {
  const found = processes.flatMap(({ policy: { egress } }) => {
    if (egress === null) return [];
    const asks = portsOf(egress).some(
      ({ from, to }) => from <= applicationPorts.dns && applicationPorts.dns <= to,
    );
    const single = blocksOf(egress).flatMap((peer) =>
      peer.kind === "prefix" && peer.prefix.length === (peer.prefix.address.family === 4 ? 32 : 128)
        ? [peer.prefix.address]
        : [],
    );
    return asks ? single : [];
  });
  return [...new Map(found.map((address) => [`${address.family} ${address.value}`, address])).values()];
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
