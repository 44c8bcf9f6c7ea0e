import { Cgroup2 } from "../cgroup/cgroup2.js";
import { kill } from "../system/process-control.js";

const PREFIX = "rf-test-";

/** A cgroup for one test file, named after its process; made empty, removed with all below it. */
export class TemporaryCgroup implements Disposable {
  readonly cgroup2 = Cgroup2.open();
  readonly path = `/${PREFIX}${process.pid}`;

  constructor() {
    this.#sweep();
    this.cgroup2.create(this.path);
  }

  [Symbol.dispose](): void {
    this.cgroup2.remove(this.path, { recursive: true });
    this.cgroup2.close();
  }

  /** Removes what test processes that are gone left behind. */
  #sweep(): void {
    for (const name of this.cgroup2.children("/").filter((child) => child.startsWith(PREFIX))) {
      const owner = Number(name.slice(PREFIX.length));
      // others may name groups alike: only those that carry a dead process's number are ours to take
      const isOver = Number.isInteger(owner) && (owner === process.pid || !isRunning(owner));
      if (isOver && this.cgroup2.procs(`/${name}`).length === 0) {
        this.cgroup2.remove(`/${name}`, { recursive: true });
      }
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
