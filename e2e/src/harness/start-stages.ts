import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Cgroup2 } from "@ringfence/kernel";
import { type BpfKind, bpfIds, nextBpfId } from "./bpf-ids.js";
import { notesOf } from "./leftovers.js";

/** Points of a run's start that show from outside, in their order. */
export const startStages = [
  "the note is written",
  "the cgroup is made",
  "a map is loaded",
  "a program is loaded",
  "a link is attached",
  "the guardian is noted",
  "the launcher is in the cgroup",
  "the launcher has its filter",
  "the command is executed",
] as const;

export type StartStage = (typeof startStages)[number];

/**
 * Looks at a run that starts, to tell which stages it has reached. What others load in the same moment looks like the
 * run's own.
 */
export class StartWatch {
  readonly #pid: number;
  readonly #cgroups: string;
  /** what there was when the run had its cgroup and nothing in the kernel yet */
  #last: Readonly<Record<BpfKind, number>> | undefined;

  /** @param pid of the supervisor */
  constructor(pid: number) {
    this.#pid = pid;
    using cgroups = Cgroup2.open();
    this.#cgroups = `${cgroups.root}${cgroups.pathOf("self") ?? ""}`;
  }

  reached(stage: StartStage): boolean {
    switch (stage) {
      case "the note is written":
        return notesOf(this.#pid).length > 0;
      case "the cgroup is made":
        return this.#cgroup !== undefined;
      case "a map is loaded":
        return this.#isNew("map");
      case "a program is loaded":
        return this.#isNew("program");
      case "a link is attached":
        return this.#isNew("link");
      case "the guardian is noted":
        return /"guardian":\{/.test(this.#note);
      case "the launcher is in the cgroup":
        return this.#launcher !== undefined;
      case "the launcher has its filter":
        return /^Seccomp:\s+2/m.test(this.#ofLauncher("status"));
      case "the command is executed":
        return /^(?!.*launcher\.js)./.test(this.#ofLauncher("cmdline"));
    }
  }

  #isNew(kind: BpfKind): boolean {
    if (this.#last === undefined) {
      if (this.#cgroup === undefined) return false;
      const last = (one: BpfKind) => Math.max(0, ...bpfIds(one));
      this.#last = { map: last("map"), program: last("program"), link: last("link") };
    }
    return nextBpfId(kind, this.#last[kind]) !== undefined;
  }

  get #note(): string {
    const name = notesOf(this.#pid).find((note) => note.endsWith(".json"));
    return name === undefined ? "" : textOf(`/run/ringfence/runs/${name}`);
  }

  get #cgroup(): string | undefined {
    return readdirSync(this.#cgroups).find((name) => name.startsWith(`ringfence-${this.#pid}-`));
  }

  get #launcher(): string | undefined {
    const cgroup = this.#cgroup;
    if (cgroup === undefined) return undefined;
    return textOf(`${this.#cgroups}/${cgroup}/cgroup.procs`).split("\n")[0] || undefined;
  }

  #ofLauncher(file: string): string {
    const launcher = this.#launcher;
    return launcher === undefined ? "" : textOf(`/proc/${launcher}/${file}`);
  }
}

/** Empty when it is not there, or no longer. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Process ids of the children of a process. */
export function childrenOf(pid: number): number[] {
  return textOf(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
}

/** False for a process that has ended, also while its parent has not asked for its status. */
export function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/\) Z /.test(textOf(`/proc/${pid}/stat`));
}
