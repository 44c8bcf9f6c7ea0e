import type { NamePattern, Peer, PortRange, Rule } from "@ringfence/model";
import { hasPorts } from "../evaluate/has-ports.js";
import { matchesName } from "../names/matches-name.js";
import { addressBlocks } from "./address-blocks.js";
import { type AskedNames, patternOf } from "./asked-names.js";
import type { EphemeralPorts } from "./ephemeral-ports.js";
import type { LearnOptions } from "./learn-options.js";
import type { Purpose } from "./purposes.js";
import { freeName, shortNames } from "./rule-names.js";
import { plus, usageText } from "./usage.js";

/** A list of addresses longer than this becomes blocks. */
const MOST_BLOCKS = 32;

export interface LearnedRules {
  readonly egress: readonly Rule[];
  readonly ingress: readonly Rule[];
  /** By rule id. */
  readonly comments: ReadonlyMap<string, readonly string[]>;
}

interface Draft {
  readonly direction: "egress" | "ingress";
  readonly exe: string;
  readonly suffix: string;
  readonly to: readonly Peer[];
  readonly ports: readonly PortRange[] | null;
  readonly isIcmp: boolean;
  readonly comments: readonly string[];
}

/** One rule for each purpose, and one for each executable's questions about names that it never went to. */
export function rulesOf(
  purposes: readonly Purpose[],
  asked: AskedNames,
  ephemeral: EphemeralPorts,
  { name: profile, wildcards, existing }: LearnOptions,
): LearnedRules {
  const { fixed, any } = ephemeral.split(purposes.flatMap((purpose) => withoutResolvers(purpose, asked)));
  const drafts = [
    ...fixed.map((purpose) => draftOf(purpose, fixedPort(purpose), portSuffix(purpose), [], wildcards)),
    ...joined(any).map((purpose) => anyDraft(purpose, ephemeral, wildcards)),
  ];
  const asking = asked.executables().flatMap((exe) => asksDraft(exe, drafts, asked, wildcards));
  const taken = [existing?.egress, existing?.ingress].flatMap((one) => one?.rules ?? []).map(({ id }) => id);
  return nameRules(profile, [...drafts, ...asking], new Set(taken.map((id) => id.slice(profile.length + 1))));
}

/** Whoever lists names may ask the trusted resolvers: `dns.resolvers` stands for that rule. */
function withoutResolvers(purpose: Purpose, asked: AskedNames): Purpose[] {
  const { direction, port, protocol, exe } = purpose;
  if (direction !== "egress" || port !== 53 || (protocol !== "udp" && protocol !== "tcp")) return [purpose];
  const addresses = new Map([...purpose.addresses].filter(([text]) => !asked.isResolverOf(exe, text)));
  return addresses.size + purpose.names.size === 0 ? [] : [{ ...purpose, addresses }];
}

function fixedPort({ protocol, port }: Purpose): readonly PortRange[] | null {
  return hasPorts(protocol) ? [{ from: port ?? 0, to: port ?? 0, protocol }] : null;
}

function portSuffix({ direction, protocol, port }: Purpose): string {
  const way = direction === "ingress" ? "-in" : "";
  if (!hasPorts(protocol)) return `${way}-${protocol}`;
  return `${way}-${port ?? 0}${protocol === "tcp" ? "" : `-${protocol}`}`;
}

function draftOf(
  { direction, exe, protocol, names, addresses, seen }: Purpose,
  ports: readonly PortRange[] | null,
  suffix: string,
  comments: readonly string[],
  wildcards: readonly NamePattern[],
): Draft {
  const { prefixes, unseen } = addressBlocks([...addresses.values()], MOST_BLOCKS);
  const blocks =
    unseen === 0n ? [] : [`blocks of ${addresses.size} addresses; ${unseen} in them were never seen`];
  return {
    direction,
    exe,
    suffix,
    to: [
      ...patternsOf([...names.keys()], wildcards).map((pattern): Peer => ({ kind: "name", pattern })),
      ...prefixes.map((prefix): Peer => ({ kind: "prefix", prefix })),
    ],
    ports,
    isIcmp: protocol === "icmp",
    comments: [usageText(seen), ...comments, ...blocks],
  };
}

/** Names in order, those below a wildcard that was asked for as that wildcard. */
function patternsOf(names: readonly string[], wildcards: readonly NamePattern[]): NamePattern[] {
  const found = new Map<string, NamePattern>();
  for (const name of names.toSorted()) {
    const pattern = wildcards.find((one) => matchesName(one, name)) ?? patternOf(name);
    if (pattern !== null) found.set(JSON.stringify(pattern), pattern);
  }
  return [...found.values()];
}

/** One purpose for all the ports that the kernel chose, by executable, direction and protocol. */
function joined(purposes: readonly Purpose[]): readonly Purpose[] {
  const groups = new Map<string, Purpose>();
  for (const purpose of purposes) {
    const key = JSON.stringify([purpose.direction, purpose.exe, purpose.protocol]);
    const known = groups.get(key);
    if (known === undefined) {
      groups.set(key, { ...purpose, names: new Map(purpose.names), addresses: new Map(purpose.addresses) });
      continue;
    }
    known.seen = plus(known.seen, purpose.seen);
    for (const [name, seen] of purpose.names) known.names.set(name, plus(known.names.get(name), seen));
    for (const [text, address] of purpose.addresses) known.addresses.set(text, address);
  }
  return [...groups.values()];
}

function anyDraft(purpose: Purpose, ephemeral: EphemeralPorts, wildcards: readonly NamePattern[]): Draft {
  const { protocol, direction } = purpose;
  const ports = hasPorts(protocol) ? [{ ...ephemeral.range, protocol }] : null;
  const suffix = `${direction === "ingress" ? "-in" : ""}-ephemeral${protocol === "tcp" ? "" : `-${protocol}`}`;
  return draftOf(purpose, ports, suffix, ["ports that the kernel chose"], wildcards);
}

/** For port 0, to which nothing can connect: the names may be asked for, and no more. */
function asksDraft(
  exe: string,
  drafts: readonly Draft[],
  asked: AskedNames,
  wildcards: readonly NamePattern[],
): Draft[] {
  const reached = drafts
    .filter((draft) => draft.exe === exe && draft.direction === "egress")
    .flatMap(({ to }) => to.flatMap((peer) => (peer.kind === "name" ? [peer.pattern] : [])));
  const beyond = asked.beyond(exe, reached);
  if (beyond === null) return [];
  return [
    {
      direction: "egress",
      exe,
      suffix: "-asks",
      to: patternsOf(beyond.names, wildcards).map((pattern): Peer => ({ kind: "name", pattern })),
      ports: [{ from: 0, to: 0, protocol: null }],
      isIcmp: false,
      comments: [usageText(beyond.seen), "names that were asked for, and never connected to"],
    },
  ];
}

function nameRules(profile: string, drafts: readonly Draft[], existing: ReadonlySet<string>): LearnedRules {
  const names = shortNames([...new Set(drafts.map(({ exe }) => exe))]);
  const taken = new Set(existing);
  const comments = new Map<string, readonly string[]>();
  const inOrder = drafts.toSorted((a, b) => (a.exe < b.exe ? -1 : a.exe > b.exe ? 1 : 0));
  const rules = inOrder.map((draft) => {
    const name = freeName(names.get(draft.exe) ?? "program", draft.suffix, taken);
    taken.add(name);
    const id = `${profile}/${name}`;
    comments.set(id, draft.comments);
    return { direction: draft.direction, rule: ruleOf(id, draft) };
  });
  const of = (direction: Draft["direction"]) =>
    rules.filter((one) => one.direction === direction).map(({ rule }) => rule);
  return { egress: of("egress"), ingress: of("ingress"), comments };
}

function ruleOf(id: string, { exe, to, ports, isIcmp }: Draft): Rule {
  return {
    id,
    action: "allow",
    mode: "enforce",
    process: [{ exe: [exe] }],
    destination: { to, ports, protocols: isIcmp ? ["icmp"] : null },
  };
}
