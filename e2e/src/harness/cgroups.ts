import { Cgroup2 } from "@ringfence/kernel";
import { until } from "./until.js";

/** A cgroup that a test made; removed, with those below, when the test is done. */
export class TestCgroup implements AsyncDisposable {
  readonly path: string;
  /** its folder in the file system */
  readonly folder: string;

  private constructor(path: string, folder: string) {
    this.path = path;
    this.folder = folder;
  }

  static make(name: string, below = "/"): TestCgroup {
    using cgroups = Cgroup2.open();
    const path = `${below === "/" ? "" : below}/${name}`;
    cgroups.create(path);
    return new TestCgroup(path, `${cgroups.root}${path}`);
  }

  /** File to write a process id to. */
  get entry(): string {
    return `${this.folder}/cgroup.procs`;
  }

  /** Words that start a program in this cgroup. */
  get via(): readonly string[] {
    return ["sh", "-c", `echo 0 >"${this.entry}" && exec "$@"`, "sh"];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    using cgroups = Cgroup2.open();
    const remove = () => {
      try {
        cgroups.remove(this.path, { recursive: true });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EBUSY") return false;
        throw error;
      }
    };
    if (!(await until(remove, 20_000))) throw new Error(`Cannot remove cgroup "${this.path}": still in use`);
  }
}
