import { layout, type RawMap, StructCodec } from "@ringfence/kernel";
import type { EventProcess } from "@ringfence/model";
import { RecentMap } from "@ringfence/rules";
import { exeFlagsOf, textOf } from "./decode.js";
import { execIdOf } from "./exec-id.js";
import type { FlowNames } from "./report-flows.js";

const codec = new StructCodec(layout.rf_process, "rf_process");
/** Processes that are remembered after their end. */
const REMEMBERED = 8192;

/** A process in an event. */
type Executed = Pick<EventProcess, "pid" | "execId">;

interface Known {
  readonly execNs: bigint;
  readonly process: EventProcess;
}

/** What is known of processes: those that live from the kernel's table, those that ended from what was told of them. */
export class ProcessRecords {
  readonly #map: Pick<RawMap, "lookup">;
  readonly #told = new RecentMap<Known, number>(REMEMBERED);
  /** What the table said of those that nobody told of: they began before. */
  readonly #found = new RecentMap<Known, number>(REMEMBERED);
  /** By execution: what ran above one is settled when it begins. */
  readonly #ancestors = new RecentMap<readonly string[]>(REMEMBERED);

  /** @param map the kernel's table `processes` */
  constructor(map: Pick<RawMap, "lookup">) {
    this.#map = map;
  }

  /** Keeps what an exec told. */
  add(execNs: bigint, process: EventProcess): void {
    this.#told.set(process.pid, { execNs, process });
  }

  /** The process with that number, as the image that began then; null when nobody knows. */
  find(pid: number, execNs: bigint, names: FlowNames): EventProcess | null {
    const told = this.#told.get(pid);
    if (told?.execNs === execNs) return told.process;
    const record = this.#record(pid);
    return record?.exec_ns === execNs ? describe(record, names) : null;
  }

  /**
   * The same, and as it was when it was first asked for: for who has its ids and its cgroup from elsewhere, and asks for each
   * connection that ended.
   */
  findOnce(pid: number, execNs: bigint, names: FlowNames): EventProcess | null {
    const known = this.#told.get(pid) ?? this.#found.get(pid);
    if (known?.execNs === execNs) return known.process;
    const process = this.find(pid, execNs, names);
    // its command line may be told later
    if (process?.commandLine != null) this.#found.set(pid, { execNs, process });
    return process;
  }

  /** Executables above a process, the nearest first; null when nobody knows. */
  ancestorsOf({ pid, execId }: Executed, names: FlowNames): readonly string[] | null {
    const known = this.#ancestors.get(execId);
    if (known !== undefined) return known;
    const record = this.#record(pid);
    if (record === null) return this.#told.get(pid)?.process.ancestors ?? null;
    const line = lineOf(record.line, record.line_count, names);
    // of another execution by now: then this is the best answer, and none to keep
    if (execIdOf(names.bootId, record.tgid, record.exec_ns) === execId) this.#ancestors.set(execId, line);
    return line;
  }

  #record(pid: number): layout.rf_process | null {
    const value = this.#map.lookup(new Uint8Array(Uint32Array.of(pid).buffer));
    return value === undefined ? null : codec.fromBytes(value);
  }
}

/** Distinct images that ran before in a line of processes, the nearest first. */
export function lineOf(
  line: readonly layout.rf_exe_key[],
  count: number,
  { executables }: FlowNames,
): string[] {
  return line
    .slice(0, count)
    .map((key) => executables.pathOf(key))
    .reverse();
}

function describe(record: layout.rf_process, names: FlowNames): EventProcess {
  const comm = textOf(record.comm);
  return {
    execId: execIdOf(names.bootId, record.tgid, record.exec_ns),
    pid: record.tgid,
    ppid: record.parent_tgid,
    exe: names.executables.pathOf(record.exe),
    exeFlags: exeFlagsOf(record.exe_flags),
    comm,
    parentComm: "",
    uid: record.known.uid,
    gid: record.known.gid,
    commandLine: names.commandLines.get(record.tgid, record.exec_ns),
    cgroupId: String(record.known.cgroup),
    ancestors: lineOf(record.line, record.line_count, names),
  };
}
