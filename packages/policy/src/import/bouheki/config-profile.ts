import {
  isEverywhere,
  type Peer,
  type PortRange,
  type ProcessCondition,
  type Profile,
  type Protocol,
  type Rule,
  type SourceLocation,
} from "@ringfence/model";
import type { CommentedProfile } from "../imported.js";
import { namePeers } from "../name-peers.js";
import { linesOf } from "../placed.js";
import type { BouhekiConfig } from "./bouheki-config.js";

const name = "bouheki";
const portless: readonly Protocol[] = ["icmp"];
const nameable: readonly Protocol[] = ["tcp", "udp", "sctp", "icmp"];
const realPorts: readonly PortRange[] = [{ from: 1, to: 65_535, protocol: null }];
const portZero: readonly PortRange[] = [{ from: 0, to: 0, protocol: null }];
const everywhere: readonly Peer[] = [{ kind: "set", set: "any" }];

const processKeys = ["command", "uid", "gid"] as const;
type ProcessKey = (typeof processKeys)[number];

const head = [
  "bouheki judges connect() only. Here the same rules hold for whatever leaves: also datagrams that are sent without",
  "connecting, TCP Fast Open and ICMP. IPv4 addresses in IPv6 form follow the rules for IPv4.",
];

/** A rule in the making, and what it comes from. */
interface Draft {
  readonly rule: Rule;
  readonly comments: readonly string[];
}

/**
 * The profile that says what the configuration means. Whoever gets through at all is in every list of `allow` that is not
 * empty, and is thereby exempt from the CIDRs and domains of `deny`: so these are either denied to all, or allowed to all
 * that pass.
 */
export function configProfile(config: BouhekiConfig, file: string): CommentedProfile {
  const drafts = draftsOf(config);
  const { target, mode, enable, places, upstreams } = config;
  const usesNames = drafts.some(({ rule }) => rule.destination.to?.some(({ kind }) => kind === "name"));
  const profile: Profile = {
    name,
    mode: enable ? (mode === "block" ? "enforce" : "audit") : "off",
    subject: target === "container" ? [{ container: true }] : null,
    egress: { default: "deny", rules: drafts.map(({ rule }) => rule) },
    ingress: { default: "allow", rules: [] },
    listen: { ports: [{ from: 0, to: 65_535, protocol: null }] },
    unattributed: null,
    names: null,
    dns: usesNames ? { queries: "allow", encrypted: null, resolvers: upstreams } : null,
  };
  const lineOf = (key: string) => lineText(places.get(key));
  return {
    profile,
    head: [`From ${file}, by ringfence policy import bouheki.`, ...head],
    keys: {
      mode: [enable ? `network.mode: ${mode}${lineOf("mode")}` : `network.enable: false${lineOf("enable")}`],
      ...(target === "container" ? { subject: [`network.target: container${lineOf("target")}`] } : {}),
      ingress: ["bouheki says nothing of what comes in, and of who listens"],
      ...(usesNames
        ? {
            dns: [
              "bouheki refuses no query; who may reach a name may ask the resolvers, or it could not be learned",
            ],
          }
        : {}),
    },
    rules: new Map(drafts.map(({ rule, comments }) => [rule.id, comments])),
  };
}

function draftsOf(config: BouhekiConfig): readonly Draft[] {
  const { cidr, domain } = config;
  const listed = processKeys.filter((key) => (config[key].allow?.length ?? 0) > 0);
  const isExempt = listed.length > 0;
  const denies = [
    ...(isExempt ? [] : denyDestinations(config)),
    ...processKeys.flatMap((key) => denyProcesses(config, key)),
  ];
  const sources = [cidr.allow ?? [], domain.allow ?? [], ...(isExempt ? [cidr.deny, domain.deny] : [])];
  const to = destinationsOf(config, isExempt);
  const process = isExempt ? [passingCondition(config, listed)] : null;
  const comments = [
    cidr.allow === null ? "network.cidr.allow is not written, and is every address" : "",
    linesOf([...sources, ...listed.map((key) => config[key].allow ?? [])]),
    isExempt && cidr.deny.length + domain.deny.length > 0
      ? `who is in ${listed.map((key) => `${key}.allow`).join(", ")} may also go where cidr.deny and domain.deny point`
      : "",
  ].filter((line) => line !== "");
  // What has no port cannot be told from port 0 by a deny: so others than these are not let through.
  const protocols = denies.length > 0 ? nameable : null;
  const passes =
    to.length === 0 ? [] : [draft("passes", { action: "allow", process, to, protocols }, comments)];
  const isOpen = process === null && isEverywhere(to);
  const zero = draft("port-0", { action: "allow", process: null, to: null, ports: portZero }, [
    "bouheki leaves port 0 alone: libraries look for a route with it",
  ]);
  return [...passes, ...(isOpen ? [] : [zero]), ...denies];
}

/** Where the processes that pass may go; as few entries as say it. */
function destinationsOf({ cidr, domain }: BouhekiConfig, isExempt: boolean): readonly Peer[] {
  const blocks = [...(cidr.allow ?? []), ...(isExempt ? cidr.deny : [])];
  const isAll = (family: 4 | 6) =>
    blocks.some(({ value }) => value.length === 0 && value.address.family === family);
  if (cidr.allow === null || (isAll(4) && isAll(6))) return everywhere;
  const names = [...(domain.allow ?? []), ...(isExempt ? domain.deny : [])];
  return [...peersOf(blocks), ...namePeers(names)];
}

function denyDestinations({ cidr, domain }: BouhekiConfig): readonly Draft[] {
  const to = [...peersOf(cidr.deny), ...namePeers(domain.deny)];
  if (to.length === 0) return [];
  return denyTwice("never-there", { process: null, to }, [linesOf([cidr.deny, domain.deny])]);
}

function denyProcesses(config: BouhekiConfig, key: ProcessKey): readonly Draft[] {
  const { deny } = config[key];
  if (deny.length === 0) return [];
  const process = [conditionOf(config, key, "deny")];
  return denyTwice(`never-${key}`, { process, to: null }, [linesOf([deny])]);
}

/** Whoever passes is in each of the lists. */
function passingCondition(config: BouhekiConfig, listed: readonly ProcessKey[]): ProcessCondition {
  return Object.fromEntries(listed.flatMap((key) => Object.entries(conditionOf(config, key, "allow"))));
}

function conditionOf(config: BouhekiConfig, key: ProcessKey, side: "allow" | "deny"): ProcessCondition {
  if (key === "command") return { comm: (config.command[side] ?? []).map(({ value }) => value) };
  return { [key]: (config[key][side] ?? []).map(({ value }) => value) };
}

/** For every port but 0, and for ICMP, which has none. */
function denyTwice(
  id: string,
  body: Pick<Body, "process" | "to">,
  comments: readonly string[],
): readonly Draft[] {
  return [
    draft(id, { action: "deny", ...body, ports: realPorts }, comments),
    draft(`${id}-icmp`, { action: "deny", ...body, protocols: portless }, ["the same for what has no port"]),
  ];
}

interface Body {
  readonly action: Rule["action"];
  readonly process: Rule["process"];
  readonly to: readonly Peer[] | null;
  readonly ports?: readonly PortRange[] | null;
  readonly protocols?: readonly Protocol[] | null;
}

function draft(
  id: string,
  { action, process, to, ports = null, protocols = null }: Body,
  comments: readonly string[],
): Draft {
  const rule: Rule = {
    id: `${name}/${id}`,
    action,
    mode: "enforce",
    process,
    destination: { to, ports, protocols },
  };
  return { rule, comments };
}

function peersOf(blocks: BouhekiConfig["cidr"]["deny"]): readonly Peer[] {
  return blocks.map(({ value }) => ({ kind: "prefix", prefix: value }));
}

function lineText(location: SourceLocation | undefined): string {
  return location === undefined ? ", as nothing says otherwise" : `, line ${location.line}`;
}
