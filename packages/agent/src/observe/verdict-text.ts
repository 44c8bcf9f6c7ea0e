import type { FlowDirection, ReportOutcome, VerdictLine } from "@ringfence/model";

const reaching: Readonly<Record<ReportOutcome, string>> = {
  allowed: "may reach",
  denied: "may not reach",
  "would-deny": "reaches, and under the audited rules may not,",
  "would-allow": "may not reach, and under the audited rules may,",
};

const taking: Readonly<Record<ReportOutcome, string>> = {
  allowed: "may be reached by",
  denied: "may not be reached by",
  "would-deny": "is reached, and under the audited rules may not be, by",
  "would-allow": "may not be reached, and under the audited rules may be, by",
};

const listening: Readonly<Record<ReportOutcome, string>> = {
  allowed: "may listen on",
  denied: "may not listen on",
  "would-deny": "listens, and under the audited rules may not, on",
  "would-allow": "may not listen, and under the audited rules may, on",
};

const words: Readonly<Record<FlowDirection, typeof reaching>> = {
  egress: reaching,
  ingress: taking,
  listen: listening,
  unattributed: taking,
};

/** A verdict in words, as a line of the log has it. */
export function verdictText({
  outcome,
  direction,
  exe,
  protocol,
  address,
  port,
}: Pick<VerdictLine, "outcome" | "direction" | "exe" | "protocol" | "address" | "port">): string {
  const who = direction === "unattributed" ? "A socket of no process" : exe;
  const place = direction === "ingress" || direction === "unattributed" ? "on port" : "port";
  const where = port === null ? "" : ` ${place} ${port}`;
  return `${who} ${words[direction][outcome]} ${protocol} ${address ?? "without one destination"}${where}`;
}
