import { layout } from "@ringfence/kernel";
import { DNS_SCHEMA, type DnsLine, formatAddress } from "@ringfence/model";
import { nameText, responseCodeName, typeName } from "@ringfence/policy/dns";
import { addressOf, exeFlagsOf, textOf } from "../observe/decode.js";
import { execIdOf } from "../observe/exec-id.js";
import type { FlowNames } from "../observe/report-flows.js";
import type { LineContext } from "../observe/verdict-line.js";

const { RF_DNS_RCODE_BITS, RF_DNS_TRUNCATED } = layout.rf_dns_flag;
const { RF_DNS_EVENT_TRUSTED, RF_DNS_EVENT_FORGED, RF_DNS_EVENT_DENIED, RF_DNS_EVENT_WOULD_DENY } =
  layout.rf_dns_event_flag;
const TCP = 6;

type LineNames = Pick<FlowNames, "policies" | "executables" | "commandLines" | "bootId" | "toIso">;

/** What a line says besides who asked whom for what. */
interface Told
  extends Pick<
    DnsLine,
    | "time"
    | "level"
    | "answer"
    | "truncated"
    | "addresses"
    | "found"
    | "learned"
    | "ignored"
    | "trust"
    | "latencyMs"
    | "rule"
  > {
  /** the end of its message */
  readonly said: string;
}

const withoutAddresses = {
  truncated: false,
  addresses: [],
  found: 0,
  learned: 0,
  ignored: 0,
  latencyMs: null,
} as const satisfies Partial<Told>;

/** The line that the log gets for one query and its answer. */
export function dnsLine(event: layout.rf_dns_event, names: LineNames, context: LineContext): DnsLine {
  const { query, flags, found, addresses } = event;
  if ((event.event_flags & (RF_DNS_EVENT_DENIED | RF_DNS_EVENT_WOULD_DENY)) !== 0) {
    return deniedLine(event, names, context);
  }
  const answer = responseCodeName(flags & RF_DNS_RCODE_BITS);
  const shown = addresses.slice(0, Math.min(found, addresses.length));
  return lineOf(query, names, context, {
    time: names.toIso(event.time_ns),
    level: (event.event_flags & RF_DNS_EVENT_FORGED) === 0 ? "info" : "warning",
    said: `${answer}${found > 0 ? `, ${found} addresses` : ""}`,
    answer,
    truncated: (flags & RF_DNS_TRUNCATED) !== 0,
    addresses: shown.map((bytes) => formatAddress(addressOf(bytes))),
    found,
    learned: event.learned,
    ignored: event.ignored,
    trust: trustOf(event.event_flags),
    latencyMs: Number(event.time_ns - query.asked_ns) / 1e6,
    rule: null,
  });
}

/** The same for a query that the policy denies, or would. */
function deniedLine(event: layout.rf_dns_event, names: LineNames, context: LineContext): DnsLine {
  const { query, event_flags: flags } = event;
  const rule = names.policies.bitsOf(event.generation)[event.bit]?.ruleId ?? null;
  const answer = (flags & RF_DNS_EVENT_DENIED) === 0 ? "would-deny" : "denied";
  return lineOf(query, names, context, {
    ...withoutAddresses,
    time: names.toIso(event.time_ns),
    level: "warning",
    said: `${answer === "denied" ? "denied" : "would be denied"}${rule === null ? ", as it is not one plain question" : ` by ${rule}`}`,
    answer,
    trust: trustOf(flags),
    rule,
  });
}

/** The same for a query that nobody answered. */
export function unansweredLine(query: layout.rf_dns_query, names: LineNames, context: LineContext): DnsLine {
  return lineOf(query, names, context, {
    ...withoutAddresses,
    time: names.toIso(query.asked_ns),
    level: "warning",
    said: "no answer",
    answer: null,
    trust: query.trusted === 0 ? "untrusted" : "trusted",
    rule: null,
  });
}

/** One literal: a line has so many fields that spreading another object into it takes ten times as long. */
function lineOf(query: layout.rf_dns_query, names: LineNames, context: LineContext, told: Told): DnsLine {
  const { key, actor } = query;
  const name = nameText(query.name.bytes.subarray(0, query.name_length));
  const type = typeName(key.type);
  const resolver = formatAddress(addressOf(key.resolver));
  const exe = names.executables.pathOf(actor.exe);
  return {
    schema: DNS_SCHEMA,
    host: context.host,
    ringfencePid: context.ringfencePid,
    labels: context.labels,
    name,
    type,
    resolver,
    protocol: key.protocol === TCP ? "tcp" : "udp",
    sent: query.sent,
    exe,
    exeFlags: exeFlagsOf(actor.exe_flags),
    commandLine: names.commandLines.get(query.tgid, query.exec_ns),
    execId: execIdOf(names.bootId, query.tgid, query.exec_ns),
    pid: query.tgid,
    ppid: actor.parent_tgid,
    comm: textOf(actor.comm),
    uid: query.uid,
    gid: actor.gid,
    time: told.time,
    level: told.level,
    msg: `${exe} asks ${resolver} for ${name} ${type}: ${told.said}`,
    answer: told.answer,
    truncated: told.truncated,
    addresses: told.addresses,
    found: told.found,
    learned: told.learned,
    ignored: told.ignored,
    trust: told.trust,
    latencyMs: told.latencyMs,
    rule: told.rule,
  };
}

function trustOf(flags: number): DnsLine["trust"] {
  if ((flags & RF_DNS_EVENT_FORGED) !== 0) return "forged";
  return (flags & RF_DNS_EVENT_TRUSTED) === 0 ? "untrusted" : "trusted";
}
