import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** Where runs note what they would leave behind if both their processes were killed. */
const DIRECTORY = "/run/ringfence/runs";

/** What the next start needs to clean up; nothing of a run that lives hangs on it, as any root process may write it. */
export interface RunState {
  readonly id: string;
  readonly cgroup: string;
  readonly supervisor: ProcessMark;
  readonly guardian: ProcessMark | null;
}

/** A process, told apart from a later one with the same number. */
export interface ProcessMark {
  /** as the mounted /proc counts */
  readonly pid: number;
  /** start time in clock ticks since boot, field 22 of /proc/PID/stat */
  readonly started: string;
}

/** null when the process is gone */
export function markOf(pid: number | "self"): ProcessMark | null {
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
  const started = fields[19];
  return fields[0] === "Z" || started === undefined ? null : { pid: Number.parseInt(text, 10), started };
}

export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.started === mark.started;
}

/** The directory of all notes, there from now on. */
export function makeRunDirectory(): void {
  mkdirSync(DIRECTORY, { recursive: true, mode: 0o700 });
}

/** Path of one of the files of a run. */
export function runFile(id: string, kind: "json" | "json.new" | "state" | "files"): string {
  return `${DIRECTORY}/${id}.${kind}`;
}

/** Replaces the note of a run; readers see the old one or the new one, never half. */
export function writeRun(state: RunState): void {
  makeRunDirectory();
  const path = runFile(state.id, "json.new");
  rmSync(path, { force: true, recursive: true }); // a link or FIFO there would lead the write elsewhere
  writeFileSync(path, JSON.stringify(state), { mode: 0o600, flag: "wx" });
  renameSync(path, runFile(state.id, "json"));
}

/** null for a note that is not one of ours: another root process may write there. */
export function readRun(id: string): RunState | null {
  let state: Partial<RunState> | null;
  try {
    if (!lstatSync(runFile(id, "json")).isFile()) return null;
    state = JSON.parse(readFileSync(runFile(id, "json"), "utf8")) as Partial<RunState> | null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const ours =
    state?.id === id && state.cgroup?.endsWith?.(`/ringfence-${id}`) && !state.cgroup.includes("..");
  const marked = isMark(state?.supervisor) && (state?.guardian === null || isMark(state?.guardian));
  return ours && marked ? (state as RunState) : null;
}

function isMark(mark: Partial<ProcessMark> | null | undefined): boolean {
  return typeof mark?.pid === "number" && typeof mark.started === "string";
}

export function removeRun(id: string): void {
  for (const kind of ["json", "json.new", "state", "files"] as const) {
    rmSync(runFile(id, kind), { force: true, recursive: true });
  }
}

/** Ids of all noted runs. */
export function listRuns(): string[] {
  return entries()
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
}

const torn = /^((?:selftest-)?\d+-[0-9a-f]+)\.(?:json\.new|state|files)$/;

/**
 * Ids of runs that were killed between two steps of writing their first files, so that no note tells of them. Told by
 * the process id in an id; a later process with that number delays the removal.
 */
export function listTornRuns(): string[] {
  const noted = new Set(listRuns());
  const ids = entries().flatMap((name) => torn.exec(name)?.[1] ?? []);
  return ids.filter((id) => !noted.has(id) && markOf(Number(/\d+/.exec(id)?.[0])) === null);
}

function entries(): string[] {
  try {
    return readdirSync(DIRECTORY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
