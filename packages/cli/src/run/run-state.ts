import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** Where runs note what they would leave behind if both their processes were killed. */
const DIRECTORY = "/run/ringfence/runs";

/** What a guardian needs to go on, and the next start to clean up. */
export interface RunState {
  readonly id: string;
  readonly cgroup: string;
  readonly host: string;
  readonly policyRevision: string;
  readonly rules: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly logs: boolean;
  readonly supervisor: ProcessMark;
  readonly guardian: ProcessMark | null;
}

/** A process, told apart from a later one with the same number. */
export interface ProcessMark {
  readonly pid: number;
  /** start time in clock ticks since boot, field 22 of /proc/PID/stat */
  readonly started: string;
}

/** null when the process is gone */
export function markOf(pid: number): ProcessMark | null {
  const started = startOf(pid);
  return started === null ? null : { pid, started };
}

export function isAlive(mark: ProcessMark): boolean {
  return startOf(mark.pid) === mark.started;
}

export function pathOfRun(id: string): string {
  return `${DIRECTORY}/${id}.json`;
}

/** Replaces the note of a run; readers see the old one or the new one, never half. */
export function writeRun(state: RunState): void {
  mkdirSync(DIRECTORY, { recursive: true, mode: 0o700 });
  const path = pathOfRun(state.id);
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** null for a note that is not one of ours: another root process may write there. */
export function readRun(path: string): RunState | null {
  let state: Partial<RunState> | null;
  try {
    state = JSON.parse(readFileSync(path, "utf8")) as Partial<RunState> | null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const id = typeof state?.id === "string" ? state.id : "";
  const ours =
    path === pathOfRun(id) && state?.cgroup?.endsWith?.(`/ringfence-${id}`) && !state.cgroup.includes("..");
  return ours && Array.isArray(state?.rules) && isMark(state.supervisor) ? (state as RunState) : null;
}

function isMark(mark: Partial<ProcessMark> | undefined): boolean {
  return typeof mark?.pid === "number" && typeof mark.started === "string";
}

export function removeRun(id: string): void {
  rmSync(pathOfRun(id), { force: true });
  rmSync(`${pathOfRun(id)}.new`, { force: true });
}

/** Ids of all noted runs. */
export function listRuns(): string[] {
  try {
    return readdirSync(DIRECTORY)
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.slice(0, -".json".length));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function startOf(pid: number): string | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
  // the name in parentheses may hold anything, blanks too
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? null : (fields[19] ?? null);
}
