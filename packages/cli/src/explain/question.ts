import { containerAt, liveProcess } from "@ringfence/agent";
import { type AgentConfig, type ExplanationDocument, RingfenceError } from "@ringfence/model";
import { type FlowFacts, flowFactsOf, type ProcessFacts, parseFlowLine } from "@ringfence/policy";
import type { FlowSource } from "./explain-options.js";
import { readReportRow } from "./report-row.js";

/** What is asked: a flow, as much of its process as its source knows, and what the source cannot know. */
export interface Question {
  readonly given: Partial<ProcessFacts>;
  readonly flow: FlowFacts;
  readonly gaps: readonly string[];
  readonly reported: Omit<NonNullable<ExplanationDocument["reported"]>, "agrees"> | null;
}

/**
 * Reads the question from where it stands. Throws RF_FLOW, RF_PROCESS, RF_REPORT_INPUT.
 * @param config of the agent that is asked, which says where container runtimes keep their state; null for none
 */
export function readQuestion(source: FlowSource, config: AgentConfig | null): Question {
  switch (source.kind) {
    case "flow":
      return askLine(source.line);
    case "process":
      return askProcess(source.pid, source.line, config);
    case "report":
      return readReportRow(source.file, source.row);
  }
}

function askLine(text: string): Question {
  const line = parseFlowLine(text, "--flow");
  return { given: line.process, flow: flowFactsOf(line), gaps: [], reported: null };
}

/** What the line says of the process replaces what /proc says: "what if it ran as root". */
function askProcess(pid: number, text: string, config: AgentConfig | null): Question {
  const asked = askLine(text);
  const found = liveProcess(pid, (cgroup) => containerAt(cgroup, config?.spec.workloads));
  if (found === null) {
    throw new RingfenceError("RF_PROCESS", `Process ${pid} does not exist`, { hint: "it may have ended" });
  }
  return { ...asked, given: { ...found.facts, ...asked.given }, gaps: found.gaps };
}
