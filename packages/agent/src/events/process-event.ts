import type { layout } from "@ringfence/kernel";
import { type EventProcess, formatAddress } from "@ringfence/model";
import { addressOf, commandLineOf, exeFlagsOf, textOf } from "../observe/decode.js";
import { execIdOf } from "../observe/exec-id.js";
import { lineOf } from "../observe/process-records.js";
import type { FlowNames } from "../observe/report-flows.js";
import type { EventSources } from "./connection-event.js";
import type { EventDraft } from "./event-draft.js";

export type ProcessDraft = Extract<EventDraft, { type: "process" }>;
export type ListenDraft = Extract<EventDraft, { type: "listen" }>;

/** A process as its exec tells it. */
export function executed(event: layout.rf_exec_event, names: FlowNames): EventProcess {
  return {
    execId: execIdOf(names.bootId, event.tgid, event.exec_ns),
    pid: event.tgid,
    ppid: event.parent_tgid,
    exe: names.executables.pathOf(event.exe),
    exeFlags: exeFlagsOf(event.exe_flags),
    comm: textOf(event.comm),
    parentComm: textOf(event.parent_comm),
    uid: event.uid,
    gid: event.gid,
    commandLine: commandLineOf(event.args, event.args_len),
    cgroupId: String(event.cgroup),
    ancestors: lineOf(event.line, event.line_count, names),
  };
}

/** The event of a program that began. */
export function execEvent(process: EventProcess, cgroup: bigint, { knowledge }: EventSources): ProcessDraft {
  return {
    type: "process",
    level: "info",
    msg: `${process.pid} runs ${process.exe}`,
    process,
    workload: knowledge.workloadOf(cgroup),
    change: "exec",
  };
}

/** The event of a process that ended. */
export function exitEvent(
  event: layout.rf_exit_event,
  { names, knowledge, records }: EventSources,
): ProcessDraft {
  const process = records.find(event.tgid, event.exec_ns, names) ?? unknownProcess(event, names);
  const signal = event.exit_code & 0x7f;
  const how = signal === 0 ? `with ${event.exit_code >> 8}` : `by signal ${signal}`;
  return {
    type: "process",
    level: "info",
    msg: `${process.pid} (${process.exe}) ended ${how}`,
    process,
    workload: knowledge.workloadOf(event.cgroup),
    change: "exit",
  };
}

/** The event of a socket that begins to listen. */
export function listenEvent(
  event: layout.rf_listen_event,
  { names, knowledge, records }: EventSources,
): ListenDraft {
  const process = records.find(event.tgid, event.exec_ns, names) ?? unknownProcess(event, names);
  const address = formatAddress(addressOf(event.address));
  return {
    type: "listen",
    level: "info",
    msg: `${process.exe} listens on ${address} port ${event.port}`,
    process: { ...process, uid: event.uid, cgroupId: String(event.cgroup) },
    workload: knowledge.workloadOf(event.cgroup),
    protocol: "tcp",
    address,
    port: event.port,
  };
}

function unknownProcess(
  event: layout.rf_exit_event | layout.rf_listen_event,
  names: FlowNames,
): EventProcess {
  return {
    execId: execIdOf(names.bootId, event.tgid, event.exec_ns),
    pid: event.tgid,
    ppid: 0,
    exe: names.executables.pathOf(event.exe),
    exeFlags: [],
    comm: textOf(event.comm),
    parentComm: "",
    uid: event.uid,
    gid: 0,
    commandLine: names.commandLines.get(event.tgid, event.exec_ns),
    cgroupId: String(event.cgroup),
    ancestors: null,
  };
}
