import { type Destination, formatAddress, type Peer, type Profile, type Rule } from "@ringfence/model";
import { evaluate } from "../evaluate/evaluate.js";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";
import { hasPorts } from "../evaluate/has-ports.js";
import { writeCommented } from "../import/write-commented.js";
import { patternOf } from "../learn/asked-names.js";
import { freeName, shortNames } from "../learn/rule-names.js";
import { flowOf } from "../observed/flow-of.js";
import type { ObservedFlow, ObservedQuery } from "../observed/observation.js";
import { checkPattern } from "../text/path-text.js";

/** The smallest rule that lets one thing pass, or why there is none. */
export type Suggestion =
  | {
      readonly kind: "rule";
      /** where it belongs in a profile, such as `spec.egress.rules` */
      readonly place: string;
      /** lines of YAML to paste there */
      readonly yaml: string;
      /** the rule's; null where it needs none */
      readonly name: string | null;
    }
  | { readonly kind: "none"; readonly why: string };

const profileName = "suggested";

/**
 * The smallest rule that allows what was denied: this executable, this name or address, this port. Proven by `evaluate`: with the rule
 * alone in a profile that denies by default it is allowed, and what differs in any one thing is not. A rule that fails that is
 * not given out.
 * @param taken names that rules of the profile have, into which it goes
 */
export function suggestRule(
  seen: ObservedFlow | ObservedQuery,
  taken: ReadonlySet<string> = new Set(),
): Suggestion {
  const why = reasonForNone(seen);
  if (why !== null) return { kind: "none", why };
  const name = freeName(
    shortNames([seen.process.exe]).get(seen.process.exe) ?? "program",
    suffixOf(seen),
    taken,
  );
  const profile = profileFor(seen, name);
  const flaw = flawOf(profile, seen.process.facts, flowOf(seen));
  if (flaw !== null) return { kind: "none", why: flaw };
  const isListen = seen.kind === "flow" && seen.direction === "listen";
  return { kind: "rule", name: isListen ? null : name, ...textOf(profile, seen) };
}

function reasonForNone(seen: ObservedFlow | ObservedQuery): string | null {
  const { facts, exe } = seen.process;
  if (seen.kind === "query" && patternOf(seen.name) === null)
    return `no rule can list the name "${seen.name}"`;
  if (seen.kind === "flow" && !seen.byPolicy) return "no rule decided this: see the reason in its event";
  if (seen.kind === "flow" && seen.direction === "unattributed") {
    return "traffic of no process: write unattributed: allow in the profile";
  }
  if (seen.kind === "flow" && seen.direction !== "listen" && seen.address.value === 0n) {
    return "it comes from no address (0.0.0.0 or ::): only a rule without an address allows it";
  }
  if (seen.kind === "flow" && seen.protocol === "other") return "no rule can name its protocol alone";
  if (seen.rule !== null && !isDefault(seen.rule)) {
    return `the rule ${seen.rule} denies it, and a deny wins over every allow: change that rule`;
  }
  if (seen.kind === "flow" && seen.direction === "listen") return null;
  if (facts.exe?.trusted !== true || exe.includes("*") || checkPattern(exe) !== null) {
    return `the path of ${exe} cannot be believed, and an allow needs one that can`;
  }
  return null;
}

/** True for what a profile says where no rule decides. */
function isDefault(rule: string): boolean {
  return /\/(egress\.default|ingress\.default|listen\.default|dns\.queries)$/.test(rule);
}

function profileFor(seen: ObservedFlow | ObservedQuery, name: string): Profile {
  const none = { default: "deny", rules: [] } as const;
  const { exe } = seen.process;
  const direction = seen.kind === "query" ? "egress" : seen.direction;
  const port = seen.kind === "query" ? 0 : seen.port;
  const rule: Rule = {
    id: `${profileName}/${name}`,
    action: "allow",
    mode: "enforce",
    process: [{ exe: [exe] }],
    destination: destinationOf(seen),
  };
  const protocol =
    seen.kind === "flow" && (seen.protocol === "tcp" || seen.protocol === "udp") ? seen.protocol : null;
  return {
    name: profileName,
    mode: "enforce",
    subject: null,
    egress: direction === "egress" ? { default: "deny", rules: [rule] } : none,
    ingress: direction === "ingress" ? { default: "deny", rules: [rule] } : none,
    listen:
      direction === "listen" ? { ports: [{ from: port ?? 0, to: port ?? 0, protocol }] } : { ports: [] },
    unattributed: null,
    names: null,
    dns: seen.kind === "query" ? { queries: "enforce", encrypted: null, resolvers: null } : null,
  };
}

function suffixOf(seen: ObservedFlow | ObservedQuery): string {
  if (seen.kind === "query") return "-asks";
  const way = seen.direction === "ingress" ? "-in" : "";
  return hasPorts(seen.protocol)
    ? `${way}-${seen.port ?? 0}${seen.protocol === "tcp" ? "" : `-${seen.protocol}`}`
    : `${way}-${seen.protocol}`;
}

/** A name may be asked for without being reached: port 0 is nobody's. */
function destinationOf(seen: ObservedFlow | ObservedQuery): Destination {
  if (seen.kind === "query") {
    const pattern = patternOf(seen.name) ?? { name: seen.name, wildcard: false };
    return { to: [{ kind: "name", pattern }], ports: [{ from: 0, to: 0, protocol: null }], protocols: null };
  }
  const { protocol, port } = seen;
  return {
    to: [peerOf(seen)],
    ports: hasPorts(protocol) ? [{ from: port ?? 0, to: port ?? 0, protocol }] : null,
    protocols: protocol === "icmp" ? ["icmp"] : null,
  };
}

function peerOf({ direction, domain, address }: ObservedFlow): Peer {
  const pattern = direction === "egress" && domain !== null ? patternOf(domain) : null;
  if (pattern !== null) return { kind: "name", pattern };
  return { kind: "prefix", prefix: { address, length: address.family === 4 ? 32 : 128 } };
}

/** Null for a profile that allows the flow, and none of its neighbours. */
function flawOf(profile: Profile, process: ProcessFacts, flow: FlowFacts): string | null {
  const isAllowed = (facts: ProcessFacts, other: FlowFacts) =>
    evaluate([profile], facts, other).enforced.action === "allow";
  if (!isAllowed(process, flow)) return "a rule for it would not allow it";
  const isWide = neighbours(process, flow).some(([facts, other]) => isAllowed(facts, other));
  return isWide ? "a rule for it would allow more" : null;
}

/** The same but for one thing. */
export function neighbours(
  process: ProcessFacts,
  flow: FlowFacts,
): readonly (readonly [ProcessFacts, FlowFacts])[] {
  const { direction, address, port, names = [] } = flow;
  const otherExe = { ...process, exe: { path: `${process.exe?.path ?? ""}.other`, trusted: true } };
  const otherPort = { ...flow, port: port === 65_535 ? 1 : (port ?? 0) + 1 };
  const otherAddress = { ...flow, address: { ...address, value: address.value ^ 2n }, names: [] };
  const otherNames = { ...flow, names: names.map((name) => `other.${name}`) };
  if (direction === "listen") return [[process, otherPort]];
  if (direction === "query")
    return [
      [otherExe, flow],
      [process, otherNames],
    ];
  return [
    [otherExe, flow],
    ...(hasPorts(flow.protocol) ? [[process, otherPort] as const] : []),
    [process, otherAddress],
    ...(names.length > 0 ? [[process, otherNames] as const] : []),
  ];
}

function textOf(profile: Profile, seen: ObservedFlow | ObservedQuery): { place: string; yaml: string } {
  if (seen.kind === "flow" && seen.direction === "listen") {
    const protocol = seen.protocol === "udp" ? "udp" : "tcp";
    return { place: "spec.listen", yaml: `- ${seen.port ?? 0}/${protocol}\n` };
  }
  const direction = seen.kind === "query" ? "egress" : seen.direction;
  const bare = { ...profile, egress: null, ingress: null, listen: null, dns: null };
  const text = writeCommented([
    {
      profile: { ...bare, [direction]: profile[direction as "egress" | "ingress"] },
      head: [],
      keys: {},
      rules: new Map(),
    },
  ]);
  const lines = text.trimEnd().split("\n");
  const rules = lines.slice(lines.indexOf("    rules:") + 1).map((line) => line.slice(6));
  return { place: `spec.${direction}.rules`, yaml: `${rules.join("\n")}\n` };
}

/** What was denied, in words. */
export function deniedText(seen: ObservedFlow | ObservedQuery): string {
  if (seen.kind === "query") return `${seen.process.exe} asked for ${seen.name}`;
  const { direction, protocol, address, port, domain, process } = seen;
  const host = formatAddress(address);
  const end = `${host.includes(":") && port !== null ? `[${host}]` : host}${port === null ? "" : `:${port}`}`;
  if (direction === "listen") return `${process.exe} listens on ${protocol} ${end}`;
  if (direction === "ingress") return `${process.exe} on ${protocol} port ${port ?? 0} from ${host}`;
  return `${process.exe} to ${protocol} ${end}${domain === null ? "" : ` as ${domain}`}`;
}
