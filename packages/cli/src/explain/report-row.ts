import { readFileSync } from "node:fs";
import {
  parseAddress,
  REPORT_SCHEMA,
  type RecordedFlow,
  type RecordedFlows,
  RingfenceError,
} from "@ringfence/model";
import { recordedFlowsSchema } from "@ringfence/model/schemas";
import { flowProtocolOf, type PathFact, type ProcessFacts } from "@ringfence/policy";
import type { Question } from "./question.js";

/**
 * Takes a flow from row `row`, counted from 1, of a JSON report. Throws RF_REPORT_INPUT when there is no such row, or
 * nothing that could be explained in it.
 */
export function readReportRow(file: string, row: number): Question {
  const { flows } = readReport(file);
  const flow = flows[row - 1];
  if (flow === undefined) {
    const rows = flows.length === 1 ? "1 row" : `${flows.length} rows`;
    const hint = flows.length === 0 ? "the run tried no connection" : `write --row 1 to ${flows.length}`;
    throw failure(`Report "${file}" has ${rows}, and no row ${row}`, hint);
  }
  const { outcome, rule, shadowRule, reason } = flow;
  return {
    given: processOf(flow),
    flow: flowOf(flow, `Row ${row} of report "${file}"`),
    gaps: gapsOf(flow),
    reported: { file, row, outcome, rule, shadowRule, reason },
  };
}

function readReport(file: string): RecordedFlows {
  const found = readJson(file);
  const schema = typeof found === "object" && found !== null && "schema" in found ? found.schema : undefined;
  if (schema !== REPORT_SCHEMA) {
    const what = schema === undefined ? "no schema" : `the schema ${JSON.stringify(schema)}`;
    throw failure(`"${file}" has ${what}, and this version reads "${REPORT_SCHEMA}"`, reportHint);
  }
  const { data, error } = recordedFlowsSchema.safeParse(found);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw failure(`Report "${file}" is broken at "${issue?.path.join(".")}": ${issue?.message}`, reportHint);
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw failure(
      `Cannot read report "${file}": ${messageOf(error)}`,
      "check its path and permissions",
      error,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failure(`"${file}" is not JSON: ${messageOf(error)}`, reportHint, error);
  }
}

function flowOf(flow: RecordedFlow, where: string): Question["flow"] {
  const { direction, protocol, address, port, reason } = flow;
  if (address === null) {
    const hint = `a socket or an option was refused ("${reason}"): explain a row that has an address`;
    throw failure(`${where} is not about one destination`, hint);
  }
  if (direction === "query") {
    const hint = `explain one of the report's "names.queries" with --flow 'query NAME'`;
    throw failure(`${where} counts queries that were denied, whatever their name`, hint);
  }
  const read = parseAddress(address);
  const known = flowProtocolOf(protocol);
  if (read === null || known === null) {
    throw failure(`${where} goes to "${protocol} ${address}", which is no destination`, reportHint);
  }
  return { direction, protocol: known, address: read, port, ...namesOf(flow) };
}

/**
 * The name that what leaves was judged by; what comes in is judged by its address alone. Builds that did not say by which
 * name have all that the address had at the end.
 */
function namesOf({ direction, domain, names = [], reason }: RecordedFlow): Pick<Question["flow"], "names"> {
  if (direction !== "egress" || reason === "name-expired") return {};
  const judged = domain === undefined ? names.map(({ name }) => name) : domain === null ? [] : [domain];
  return judged.length === 0 ? {} : { names: judged };
}

/** A row joins processes of one executable; its first one stands for them. */
function processOf(flow: RecordedFlow): Partial<ProcessFacts> {
  const [first] = flow.processes;
  const { uid, gid, comm } = first ?? {};
  return {
    exe: pathOf(flow),
    ...(comm === undefined ? {} : { comm }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
}

/** What cannot be named counts as unknown, and a deleted file is not trusted: as in the kernel. */
function pathOf({ exe, exeFlags }: RecordedFlow): PathFact | null {
  if (exeFlags.includes("unknown") || exeFlags.includes("truncated")) return null;
  return { path: exe, trusted: exeFlags.includes("trusted") && !exeFlags.includes("deleted") };
}

function gapsOf(flow: RecordedFlow): readonly string[] {
  const { processes, processCount } = flow;
  const gaps = ["a report has neither ancestors, cgroup nor whether it is a container", ...nameGapsOf(flow)];
  const [first] = processes;
  const differ = processes.some(
    ({ uid, gid, comm }) => uid !== first?.uid || gid !== first.gid || comm !== first.comm,
  );
  if (differ)
    gaps.push(`its ${processCount} processes differ in uid, gid or comm: pid ${first?.pid} is taken`);
  return gaps;
}

function nameGapsOf({ direction, domain, names, reason }: RecordedFlow): readonly string[] {
  if (direction !== "egress") return [];
  if (reason === "name-expired")
    return [`${domain ?? "its name"} had run out: the address counts as one without`];
  if (names === undefined) {
    return ["the build that wrote the report learned no names: its address counts as one without"];
  }
  if (domain !== undefined || names.length === 0) return [];
  return [
    "the build that wrote the report did not say by which name it judged: some may have been learned after the verdict, or have run out before",
  ];
}

const reportHint = "write one with ringfence run --report json --report-file FILE";

function failure(message: string, hint: string, cause?: unknown): RingfenceError {
  return new RingfenceError("RF_REPORT_INPUT", message, { hint, cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
