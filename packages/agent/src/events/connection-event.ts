import { getSystemErrorName } from "node:util";
import { layout } from "@ringfence/kernel";
import { formatAddress } from "@ringfence/model";
import { addressOf, exeFlagsOf, protocolOf, textOf } from "../observe/decode.js";
import { execIdOf } from "../observe/exec-id.js";
import type { ProcessRecords } from "../observe/process-records.js";
import type { FlowNames } from "../observe/report-flows.js";
import type { ConnectionSums } from "./connection-fold.js";
import type { ActorKnowledge } from "./event-actor.js";
import type { EventDraft } from "./event-draft.js";

const { RF_EGRESS } = layout.rf_direction;
const { RF_ENDED_BY_US, RF_ENDED_BY_PEER } = layout.rf_ended_by;
const TCP = 6;
const ECONNRESET = 104;

export type ConnectionDraft = Extract<EventDraft, { type: "connection" }>;

export interface EventSources {
  readonly names: FlowNames;
  readonly knowledge: ActorKnowledge;
  readonly records: ProcessRecords;
}

/** The event of connections of one kind that ended, of which the record is one. */
export function connectionEvent(
  event: layout.rf_connection_event,
  sums: ConnectionSums,
  { names, knowledge, records }: EventSources,
): ConnectionDraft {
  const protocol = protocolOf(event.protocol, "policy");
  const direction = event.direction === RF_EGRESS ? "egress" : "ingress";
  const address = formatAddress(addressOf(event.address));
  const isTcp = event.protocol === TCP;
  const error = event.error === 0 ? null : getSystemErrorName(-event.error);
  const process = processOf(event, names, records);
  const { count, sentBytes, receivedBytes, retransmits, rttUs, durationMs } = sums;
  const which = `${protocol} ${direction === "egress" ? "to" : "from"} ${address}`;
  const ended = count === 1 ? "ended after" : `ended ${count} times, after`;
  const said = `${sentBytes} bytes sent, ${receivedBytes} received${error === null ? "" : `, ${error}`}`;
  return {
    type: "connection",
    level: "info",
    msg: `${process.exe}: ${which} ${ended} ${durationMs.toFixed(0)} ms${count === 1 ? "" : " in all"}: ${said}`,
    process,
    workload: knowledge.workloadOf(event.cgroup),
    count,
    firstSeen: names.toIso(event.time_ns),
    lastSeen: names.toIso(sums.lastNs),
    direction,
    protocol,
    address,
    port: direction === "egress" ? event.port : event.local_port,
    domain: names.domains.textOf(event.domain),
    established: !isTcp || event.established_ns !== 0n,
    endedBy: endedBy(event),
    error,
    localPort: isTcp ? event.local_port : null,
    retransmits,
    sentBytes,
    receivedBytes,
    rttUs,
    durationMs,
  };
}

/** A connection that is reset, or refused, has no first FIN. */
function endedBy({
  ended_by: by,
  error,
  established_ns,
}: layout.rf_connection_event): "us" | "peer" | "nobody" {
  if (by === RF_ENDED_BY_US) return "us";
  if (by === RF_ENDED_BY_PEER || error === ECONNRESET) return "peer";
  return established_ns !== 0n && error === 0 ? "us" : "nobody";
}

function processOf(event: layout.rf_connection_event, names: FlowNames, records: ProcessRecords) {
  const known = records.findOnce(event.tgid, event.exec_ns, names);
  if (known !== null) return { ...known, uid: event.uid, gid: event.gid, cgroupId: String(event.cgroup) };
  return {
    execId: execIdOf(names.bootId, event.tgid, event.exec_ns),
    pid: event.tgid,
    ppid: 0,
    exe: names.executables.pathOf(event.exe),
    exeFlags: exeFlagsOf(event.exe_flags),
    comm: textOf(event.comm),
    parentComm: "",
    uid: event.uid,
    gid: event.gid,
    commandLine: names.commandLines.get(event.tgid, event.exec_ns),
    cgroupId: String(event.cgroup),
    ancestors: null,
  };
}
