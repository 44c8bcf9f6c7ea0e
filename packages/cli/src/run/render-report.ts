import { type NameStanding, nameAdvice, totalLoss } from "@ringfence/agent";
import type { Report, ReportFlow, ReportOutcome } from "@ringfence/model";
import { byteText } from "../byte-text.js";
import { printable } from "../printable.js";
import { renderNames } from "./render-names.js";
import { renderTable } from "./render-table.js";

const colours: Readonly<Record<ReportOutcome, number>> = {
  denied: 31,
  "would-deny": 33,
  "would-allow": 36,
  allowed: 32,
};

const heads = ["VERDICT", "TRAFFIC", "EXECUTABLE", "RULE", "COUNT", "SENT", "RECEIVED", "FIRST", "LAST"];
const rightAligned = new Set(["COUNT", "SENT", "RECEIVED"]);
const NAMES_SHOWN = 3;

/** Colours a text, by the number of an ANSI escape sequence, where colours are wanted. */
export type Paint = (code: number, text: string) => string;

/** The report as people read it; `colour` on a terminal only. */
export function renderReport(report: Report, colour: boolean): string {
  const paint: Paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const lines = [paint(1, headline(report))];
  for (const warning of report.warnings) lines.push(paint(33, `  warning: ${warning}`));
  if (report.flows.length > 0) lines.push(...table(report, paint));
  else lines.push("  no connection was tried");
  lines.push(...renderNames(report.names, paint));
  lines.push(`  ${lossLine(report)}`);
  if (report.stillRunning > 0) lines.push(paint(33, `  ${stillRunningLine(report.stillRunning)}`));
  return `${lines.join("\n")}\n`;
}

function headline({ totals, mode, privileged, policy, command }: Report): string {
  const counts = [
    [totals.denied, "denied"],
    [totals.wouldDeny, "would be denied"],
    [totals.wouldAllow, "would be allowed"],
    [totals.allowed, "allowed"],
  ] as const;
  const shown = counts.filter(([count, name]) => count > 0 || name === "denied" || name === "allowed");
  const verdicts = shown.map(([count, name]) => `${count} ${name}`).join(", ");
  const state = `${mode}${privileged ? ", privileged: a root command can undo the fence" : ""}`;
  return `ringfence: ${verdicts} (${state}, policy ${policy.revision}): ${printable(command.join(" "))}`;
}

function table({ flows, policy }: Report, paint: Paint): string[] {
  const [head = "", ...rows] = renderTable([heads, ...flows.map(cells)], rightAligned);
  return [
    `  ${paint(2, head)}`,
    ...flows.flatMap((flow, index) => [
      `  ${paint(colours[flow.outcome], rows[index] ?? "")}`,
      ...[...nameLines(flow), ...adviceLines(flow, policy)].map((text) => `    ${paint(2, text)}`),
      ...processLines(flow).map((text) => `    ${paint(2, text)}`),
    ]),
  ];
}

/** What the address was resolved from. */
function nameLines({ names }: ReportFlow): string[] {
  const shown = names
    .slice(0, NAMES_SHOWN)
    .map(
      ({ name, pid, exe }) =>
        `${printable(name)} (${exe === null ? "/etc/hosts" : `asked by ${printable(exe)}, pid ${pid}`})`,
    );
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : "";
  return shown.length === 0 ? [] : [`name ${shown.join(", ")}${more}`];
}

/** What a name had to do with a denial, and what would help. */
function adviceLines(flow: ReportFlow, policy: Report["policy"]): string[] {
  if (flow.outcome !== "denied" && flow.outcome !== "would-deny") return [];
  const advice = nameAdvice(standingOf(flow, policy));
  return advice === "" ? [] : [printable(advice)];
}

function standingOf(flow: ReportFlow, { graceSeconds }: Report["policy"]): NameStanding {
  const { reason, domain, direction, address, rule, shadowRule, outcome } = flow;
  if (reason === "name-expired") {
    return { kind: "expired", name: domain, secondsAgo: null, graceSeconds: graceSeconds ?? 0 };
  }
  const decided = outcome === "would-deny" ? (shadowRule ?? rule) : rule;
  const isByDefault = reason === "policy" && (decided?.endsWith("/egress.default") ?? false);
  if (
    direction !== "egress" ||
    address === null ||
    domain !== null ||
    graceSeconds === null ||
    !isByDefault
  ) {
    return { kind: "irrelevant" };
  }
  return { kind: "none" };
}

function cells(flow: ReportFlow): string[] {
  return [
    flow.outcome,
    traffic(flow),
    executable(flow),
    ruleText(flow),
    String(flow.verdicts),
    byteText(flow.sentBytes),
    byteText(flow.receivedBytes),
    flow.firstSeen.slice(11, 19),
    flow.lastSeen.slice(11, 19),
  ];
}

function traffic({ direction, protocol, address, port, reason, domain }: ReportFlow): string {
  if (reason === "address-family") return `(${protocol} socket)`;
  if (reason === "device") return `(${protocol} device)`;
  if (address === null) return "(no single destination)";
  if (direction === "ingress" || direction === "unattributed") {
    return `${protocol} from ${address}${port === null ? "" : ` to :${port}`}`;
  }
  const end = port === null ? address : `${address.includes(":") ? `[${address}]` : address}:${port}`;
  if (direction === "listen") return `${protocol} listen ${end}`;
  if (direction === "query") return `query to ${protocol} ${end}`;
  const as = domain === null || reason !== "policy" ? "" : ` as ${printable(domain)}`;
  return `${protocol} ${end}${as}`;
}

function executable({ exe, exeFlags }: ReportFlow): string {
  const marks = exeFlags.filter((flag) => flag !== "trusted");
  if (exeFlags.length === 0) marks.push("unknown");
  return `${printable(exe)}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}`;
}

function ruleText({ rule, shadowRule, reason }: ReportFlow): string {
  const byPolicy = rule ?? "(out of scope)";
  const decided =
    reason === "policy" ? byPolicy : reason === "name-expired" ? `${byPolicy} (name-expired)` : `(${reason})`;
  return shadowRule === null ? decided : `${shadowRule} (audit)`;
}

function processLines({ processes, processCount }: ReportFlow): string[] {
  const lines = processes
    .slice(0, 3)
    .map(
      (p) =>
        `pid ${p.pid} ppid ${p.ppid} uid ${p.uid} ${printable(p.comm)}: ${printable(p.commandLine ?? "(command line unknown)")}`,
    );
  return processCount > 3 ? [...lines, `and ${processCount - 3} more processes`] : lines;
}

function lossLine({ losses }: Report): string {
  if (totalLoss(losses) === 0) return "losses: 0";
  const named = Object.entries(losses).filter(([, count]) => count > 0);
  return `losses: ${named.map(([name, count]) => `${name} ${count}`).join(", ")}`;
}

function stillRunningLine(count: number): string {
  const [noun, verb] = count === 1 ? ["process", "is"] : ["processes", "are"];
  return `${count} ${noun} of the tree ${verb} still running and ${verb === "is" ? "stays" : "stay"} fenced; --wait waits for the last`;
}
