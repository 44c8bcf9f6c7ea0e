import {
  type Address,
  type ContainerFact,
  DNS_SCHEMA,
  EVENT_SCHEMA,
  parseAddress,
  type ReportOutcome,
  VERDICT_SCHEMA,
  verdictDirections,
} from "@ringfence/model";
import type { PathFact, ProcessFacts } from "../evaluate/facts.js";
import { hasPorts } from "../evaluate/has-ports.js";
import { judgedAddress } from "../evaluate/matches-destination.js";
import { flowProtocolOf } from "../flow-text/protocol-word.js";
import type { Observation, ObservedProcess, Seen } from "./observation.js";

type Json = Readonly<Record<string, unknown>>;

/**
 * What one line of a log, or one event of the agent, says of flows and names: null for lines about other things, undefined for
 * what is none of them. Looks at the fields that it needs and at nothing else, as a day has millions of lines.
 */
export function readObservation(value: unknown): Observation | null | undefined {
  if (!isMap(value)) return undefined;
  switch (value["schema"]) {
    case VERDICT_SCHEMA:
      return readVerdict(value, value);
    case DNS_SCHEMA:
      return readQuery(value, value);
    case EVENT_SCHEMA:
      return readEvent(value);
    default:
      return undefined;
  }
}

function readEvent(event: Json): Observation | null | undefined {
  const process = isMap(event["process"]) ? event["process"] : {};
  if (event["type"] === "verdict") return readVerdict(event, process);
  if (event["type"] === "dns") return readQuery(event, process);
  return typeof event["type"] === "string" ? null : undefined;
}

function readVerdict(line: Json, actor: Json): Observation | undefined {
  const { reason, hook, protocol, rule, shadowRule } = line;
  const seen = seenOf(line);
  const process = processOf(actor, line);
  const direction = verdictDirections.find((one) => one === line["direction"]);
  const outcome = outcomeOf(line["outcome"]);
  if (seen === null || direction === undefined || outcome === null) return undefined;
  const { exe } = process;
  if (direction === "query") return { kind: "other", exe, what: "queries that were denied", ...seen };
  const named = typeof line["address"] === "string" ? parseAddress(line["address"]) : null;
  const port = line["port"] ?? null;
  if (port !== null && !isPort(port)) return undefined;
  const known = typeof protocol === "string" ? flowProtocolOf(protocol) : null;
  if (named === null || known === null) {
    return { kind: "other", exe, what: `${String(protocol)} (${String(reason)})`, ...seen };
  }
  const decided = outcome === "would-deny" ? (shadowRule ?? rule) : rule;
  return {
    kind: "flow",
    process,
    direction,
    protocol: known,
    address: judgedAddress({ direction, protocol: known, address: named, port }),
    port: hasPorts(known) ? port : null,
    // a name that had run out counted for nothing
    domain: typeof line["domain"] === "string" && reason !== "name-expired" ? line["domain"] : null,
    action: line["action"] === "deny" ? "deny" : "allow",
    outcome,
    rule: typeof decided === "string" ? decided : null,
    byPolicy: reason === "policy" || reason === "name-expired",
    isBind: hook === "bind",
    ...seen,
  };
}

function readQuery(line: Json, actor: Json): Observation | undefined {
  const seen = seenOf(line);
  const { name, answer, resolver, trust, addresses, rule } = line;
  const address = typeof resolver === "string" ? parseAddress(resolver) : null;
  if (seen === null || typeof name !== "string" || address === null) return undefined;
  return {
    kind: "query",
    process: processOf(actor, line),
    name,
    resolver: address,
    trusted: trust === "trusted",
    action: answer === "denied" ? "deny" : "allow",
    outcome: answer === "denied" || answer === "would-deny" ? answer : "allowed",
    rule: typeof rule === "string" ? rule : null,
    addresses: Array.isArray(addresses) ? addresses.flatMap(addressOf) : [],
    ...seen,
  };
}

/** What no record has counts as root on the host, with nobody above it. */
function processOf(actor: Json, line: Json): ObservedProcess {
  const unknown = new Set<keyof ProcessFacts>();
  const numberOf = (key: "uid" | "gid") => {
    const value = actor[key];
    if (typeof value === "number") return value;
    unknown.add(key);
    return 0;
  };
  const text = typeof actor["exe"] === "string" ? actor["exe"] : "(unknown)";
  const { comm, ancestors } = actor;
  if (typeof comm !== "string") unknown.add("comm");
  if (!Array.isArray(ancestors)) unknown.add("ancestors");
  const workload = isMap(line["workload"]) ? line["workload"] : null;
  // the host as a workload says that it is no container, and not in which cgroup
  if (workload === null) unknown.add("container");
  if (workload === null || workload["kind"] === "host") unknown.add("cgroup");
  return {
    exe: text,
    unknown,
    facts: {
      exe: pathOf(text, actor["exeFlags"]),
      ancestors: Array.isArray(ancestors) ? ancestors.map(ancestorOf) : [],
      comm: typeof comm === "string" ? comm : "",
      uid: numberOf("uid"),
      gid: numberOf("gid"),
      cgroup: typeof workload?.["cgroup"] === "string" ? workload["cgroup"] : "/",
      container: containerOf(workload),
    },
  };
}

function containerOf(workload: Json | null): ContainerFact {
  if (workload?.["kind"] === "pending") return "pending";
  if (workload?.["kind"] !== "container") return false;
  const { id, name, image, labels } = workload;
  const textOf = (value: unknown) => (typeof value === "string" ? value : null);
  const known = isMap(labels) ? Object.entries(labels) : null;
  const texts = known?.flatMap(([key, value]) => (typeof value === "string" ? [[key, value] as const] : []));
  return {
    id: textOf(id),
    name: textOf(name),
    image: textOf(image),
    labels: texts === undefined ? null : Object.fromEntries(texts),
  };
}

/** What cannot be named counts as unknown, and a deleted file is not trusted: as in the kernel. */
function pathOf(path: string, flags: unknown): PathFact | null {
  const marks: readonly unknown[] = Array.isArray(flags) ? flags : [];
  if (marks.includes("unknown") || marks.includes("truncated") || !path.startsWith("/")) return null;
  return { path, trusted: marks.includes("trusted") && !marks.includes("deleted") };
}

function ancestorOf(path: unknown): PathFact | null {
  return typeof path === "string" && path.startsWith("/") ? { path, trusted: true } : null;
}

function seenOf(line: Json): Seen | null {
  const count = line["count"] ?? 1;
  const time = timeOf(line["time"]);
  if (typeof count !== "number" || !(count >= 1 && count <= Number.MAX_SAFE_INTEGER) || time === null)
    return null;
  const first = timeOf(line["firstSeen"]) ?? time;
  return { count, first, last: timeOf(line["lastSeen"]) ?? time };
}

function timeOf(text: unknown): number | null {
  const time = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 65_535;
}

function outcomeOf(text: unknown): ReportOutcome | null {
  return text === "allowed" || text === "denied" || text === "would-deny" || text === "would-allow"
    ? text
    : null;
}

function addressOf(text: unknown): Address[] {
  const address = typeof text === "string" ? parseAddress(text) : null;
  return address === null ? [] : [address];
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
