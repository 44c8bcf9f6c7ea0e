import type { ReportOutcome, VerdictDirection, VerdictLine } from "@ringfence/model";
import { type NameStanding, nameAdvice, nameWords } from "./name-standing.js";

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

const asking: Readonly<Record<ReportOutcome, string>> = {
  allowed: "may ask",
  denied: "may not ask",
  "would-deny": "asks, and under the audited rules may not ask,",
  "would-allow": "may not ask, and under the audited rules may ask,",
};

const words: Readonly<Record<VerdictDirection, typeof reaching>> = {
  egress: reaching,
  ingress: taking,
  listen: listening,
  unattributed: taking,
  query: asking,
};

const doing: Readonly<Record<ReportOutcome, string>> = {
  allowed: "may",
  denied: "may not",
  "would-deny": "may, and under the audited rules may not,",
  "would-allow": "may not, and under the audited rules may,",
};

/** A verdict in words, as a line of the log has it. */
export function verdictText(verdict: Told, standing: NameStanding = { kind: "irrelevant" }): string {
  return verdict.address === null ? socketText(verdict) : flowText(verdict, verdict.address, standing);
}

type Told = Pick<
  VerdictLine,
  "outcome" | "direction" | "exe" | "protocol" | "address" | "port" | "reason" | "hook"
>;

/** What a verdict without a destination is about. */
function socketText({ outcome, exe, protocol, reason, hook }: Told): string {
  const may = `${exe} ${doing[outcome]}`;
  switch (reason) {
    case "address-family": {
      const what =
        hook === "tc" ? `send through a ${protocol} socket at an interface` : `use a ${protocol} socket`;
      return `${may} ${what}, which no rule can allow: run it outside, or under a policy that denies nothing`;
    }
    case "device": {
      const what =
        protocol === "later"
          ? "open a device whose driver came after the start of the run: start it after the driver"
          : `open a ${protocol} device, which no rule can allow: run it outside, or with --privileged under a policy that denies nothing`;
      return `${may} ${what}`;
    }
    case "outside-cgroup":
      return `${may} make a ${protocol} socket in another cgroup than the run's: use --packet-hooks all`;
    case "source-route":
      return `${may} set a source route on a ${protocol} socket`;
    case "borrowed":
      return `${may} use a ${protocol} socket that was made outside`;
    default:
      return `${may} use a ${protocol} socket`;
  }
}

function flowText(
  { outcome, direction, exe, protocol, port, reason }: Told,
  address: string,
  standing: NameStanding,
): string {
  const who = direction === "unattributed" ? "A socket of no process" : exe;
  const place = direction === "ingress" || direction === "unattributed" ? "on port" : "port";
  const where = port === null ? "" : ` ${place} ${port}`;
  const flow = `${who} ${words[direction][outcome]} ${protocol} ${address}${where}`;
  if (direction === "query") return `${flow} for a name that is in the line of the query`;
  if (direction !== "egress") return flow;
  const isDenied = outcome === "denied" || outcome === "would-deny";
  const advice = isDenied && (reason === "policy" || reason === "name-expired") ? nameAdvice(standing) : "";
  return `${flow}${nameWords(standing)}${advice === "" ? "" : `: ${advice}`}`;
}
