import type { EventProcess, EventWorkload } from "@ringfence/model";

/** What the agent knows of a process beyond the kernel's record of the event. */
export interface ActorKnowledge {
  /** Executables above it, the nearest first; null when not known. */
  ancestorsOf(process: Pick<EventProcess, "pid" | "execId">): readonly string[] | null;
  /** Null for a cgroup that nobody has classified. */
  workloadOf(cgroupId: bigint): EventWorkload | null;
}

/** The process of an event from the line that a run's log would have of it. */
export function eventProcess(
  line: Omit<EventProcess, "ancestors">,
  ancestors: readonly string[] | null,
): EventProcess {
  const { execId, pid, ppid, exe, exeFlags, comm, parentComm, uid, gid, commandLine, cgroupId } = line;
  return {
    execId,
    pid,
    ppid,
    exe,
    exeFlags,
    comm,
    parentComm,
    uid,
    gid,
    commandLine,
    cgroupId,
    ancestors: ancestors === null ? null : [...ancestors],
  };
}
