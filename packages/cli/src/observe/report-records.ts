import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import {
  DNS_SCHEMA,
  REPORT_SCHEMA,
  type Report,
  type ReportFlow,
  type ReportQuery,
  VERDICT_SCHEMA,
} from "@ringfence/model";

const HEAD_BYTES = 4096;

/** True for a report of `ringfence run --report json`, which is one document and no lines. Throws the file system's errors. */
export function isReport(path: string): boolean {
  if (!statSync(path).isFile()) return false; // what a pipe gives once is gone
  const fd = openSync(path, "r");
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const text = head.subarray(0, readSync(fd, head)).toString();
    return text.startsWith("{\n") && text.includes(`"${REPORT_SCHEMA}"`);
  } finally {
    closeSync(fd);
  }
}

/** The rows of a report as records of a log, queries first: each with its count, and for its first process. */
export function reportRecords(path: string): readonly unknown[] {
  const { flows, names } = JSON.parse(readFileSync(path, "utf8")) as Report;
  const trusted = new Set(flows.filter(({ exeFlags }) => exeFlags.includes("trusted")).map(({ exe }) => exe));
  return [
    ...names.queries.map((query) => queryRecord(query, trusted.has(query.exe))),
    ...flows.map(flowRecord),
  ];
}

function flowRecord(flow: ReportFlow): unknown {
  const { processes, verdicts, lastSeen, outcome, domain, names } = flow;
  const [first] = processes;
  return {
    ...flow,
    domain: domain ?? names[0]?.name ?? null,
    schema: VERDICT_SCHEMA,
    time: lastSeen,
    count: verdicts,
    action: outcome === "denied" || outcome === "would-allow" ? "deny" : "allow",
    comm: first?.comm,
    uid: first?.uid,
    gid: first?.gid,
  };
}

/**
 * Who asked is believed as far as the rows of what it did then are. Rows have no order, so that their addresses do not tell for which
 * name somebody connected: the name in the flow's row does.
 */
function queryRecord(query: ReportQuery, isTrusted: boolean): unknown {
  const { lastSeen, queries } = query;
  const exeFlags = isTrusted ? ["trusted"] : [];
  return { ...query, schema: DNS_SCHEMA, time: lastSeen, count: queries, exeFlags, addresses: [] };
}
