import type { AgentEvent, ConnectionEvent, DnsEvent, VerdictEvent } from "@ringfence/model";
import { byteText } from "../byte-text.js";

/** What a row shows of an event. */
export interface EventCells {
  readonly time: string;
  readonly verdict: string;
  readonly process: string;
  readonly what: string;
  readonly rule: string;
}

/** An event in the columns that people read. */
export function eventCells(event: AgentEvent): EventCells {
  return {
    time: event.time.slice(5, 19).replace("T", " "),
    verdict: verdictOf(event),
    process: processOf(event),
    what: `${whatOf(event)}${"count" in event && event.count > 1 ? ` (${event.count} times)` : ""}`,
    rule: ruleOf(event),
  };
}

function verdictOf(event: AgentEvent): string {
  if (event.type === "verdict") return event.outcome;
  return event.type === "dns" && (event.answer === "denied" || event.answer === "would-deny")
    ? event.answer
    : event.type;
}

function processOf(event: AgentEvent): string {
  if (event.type === "workload") return event.workload.name ?? event.workload.id?.slice(0, 12) ?? "-";
  const actor = "process" in event ? event.process : null;
  if (actor === null) return "-";
  const workload = "workload" in event ? event.workload : null;
  const where = workload?.kind === "container" ? `${workload.name ?? workload.id?.slice(0, 12)}:` : "";
  return `${where}${actor.exe.slice(actor.exe.lastIndexOf("/") + 1)}[${actor.pid}]`;
}

function whatOf(event: AgentEvent): string {
  switch (event.type) {
    case "verdict":
      return flowText(event);
    case "connection":
      return connectionText(event);
    case "dns":
      return dnsText(event);
    case "listen":
      return `${event.protocol} listen ${endText(event.address, event.port)}`;
    default:
      return event.msg;
  }
}

function flowText({ direction, protocol, address, port, domain, reason }: VerdictEvent): string {
  if (address === null) return `${protocol} (${reason})`;
  if (direction === "listen") return `${protocol} listen ${endText(address, port)}`;
  if (direction === "ingress" || direction === "unattributed") {
    return `${protocol} from ${address}${port === null ? "" : ` to :${port}`}`;
  }
  if (direction === "query") return `query to ${endText(address, port)}`;
  return `${protocol} ${endText(domain ?? address, port)}${domain === null ? "" : ` ${address}`}`;
}

function connectionText(event: ConnectionEvent): string {
  const { direction, protocol, address, port, domain, sentBytes, receivedBytes, durationMs, rttUs } = event;
  const end = direction === "egress" ? endText(domain ?? address, port) : `from ${address} to :${port}`;
  const rtt = rttUs === null ? "" : `, rtt ${(rttUs / 1000).toFixed(1)} ms`;
  return `${protocol} ${end} sent ${byteText(sentBytes)}, received ${byteText(receivedBytes)}, ${(durationMs / 1000).toFixed(1)} s${rtt}`;
}

function dnsText({ name, recordType, answer, addresses, found, trust }: DnsEvent): string {
  const more = found > addresses.length ? ` and ${found - addresses.length} more` : "";
  const said = addresses.length > 0 ? `${addresses.join(" ")}${more}` : (answer ?? "no answer");
  return `${name} ${recordType} ${said}${trust === "trusted" ? "" : ` (${trust})`}`;
}

function endText(host: string, port: number | null): string {
  if (port === null) return host;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function ruleOf(event: AgentEvent): string {
  if (event.type === "dns") return event.rule ?? "-";
  if (event.type === "workload") return event.profiles.join(" ") || "-";
  if (event.type !== "verdict") return "-";
  if (event.reason !== "policy" && event.reason !== "name-expired") return `(${event.reason})`;
  return (event.outcome.startsWith("would-") ? event.shadowRule : null) ?? event.rule ?? "(out of scope)";
}
