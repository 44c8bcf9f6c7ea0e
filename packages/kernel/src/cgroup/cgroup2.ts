import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { RingfenceError } from "@ringfence/model";
import { detachedMount } from "../system/detached-mount.js";
import { parseMountInfo, visibleCgroup2Mounts } from "./cgroup2-mount.js";

/** The cgroup v2 hierarchy. Paths of groups begin with "/" and are relative to the hierarchy's root. */
export class Cgroup2 implements Disposable {
  /** where the hierarchy can be reached: a mount point, or /proc/self/fd/N of a detached mount */
  readonly root: string;
  /** descriptor of the root directory */
  readonly rootFd: number;
  /** true when nothing in this mount namespace shows the hierarchy and it was mounted for this process only */
  readonly detached: boolean;
  #open = true;

  private constructor(root: string, rootFd: number, detached: boolean) {
    this.root = root;
    this.rootFd = rootFd;
    this.detached = detached;
  }

  /**
   * Finds the hierarchy in this process's mounts (unified or hybrid layout), or mounts it detached.
   * Throws RF_NO_CGROUP2 when that fails too.
   */
  static open(): Cgroup2 {
    for (const root of visibleCgroup2Mounts(parseMountInfo(readFileSync("/proc/self/mountinfo", "utf8")))) {
      return new Cgroup2(root, openSync(root, "r"), false);
    }
    const fd = mountDetached();
    return new Cgroup2(`/proc/self/fd/${fd}`, fd, true);
  }

  /** The group that a process is in, such as "/user.slice"; undefined when the process is gone. */
  pathOf(pid: number | "self"): string | undefined {
    const text = readIfThere(`/proc/${pid}/cgroup`);
    const line = text?.split("\n").find((l) => l.startsWith("0::"));
    // a group removed under its processes is marked so
    return line?.slice(3).replace(/ \(deleted\)$/, "");
  }

  /** File system path of a group's directory. */
  directory(path: string): string {
    if (!path.startsWith("/") || path.split("/").includes("..")) {
      throw new Error(`Cannot use the cgroup "${path}": write its path from the root, as "/a/b"`);
    }
    return path === "/" ? this.root : `${this.root}${path}`;
  }

  exists(path: string): boolean {
    return existsSync(this.directory(path));
  }

  /** Descriptor of a group's directory, for attaching; the caller closes it. */
  openDirectory(path: string): number {
    return openSync(this.directory(path), "r");
  }

  /** Makes a group, and those above it. Throws when the group exists. */
  create(path: string): void {
    const directory = this.directory(path);
    mkdirSync(directory.slice(0, directory.lastIndexOf("/")), { recursive: true });
    mkdirSync(directory);
  }

  /** Removes a group without processes, with `recursive` those below it too; an absent one is no error. */
  remove(path: string, { recursive = false }: { readonly recursive?: boolean } = {}): void {
    if (recursive) for (const child of this.children(path)) this.remove(`${path}/${child}`, { recursive });
    try {
      rmdirSync(this.directory(path));
    } catch (error) {
      if (!isCode(error, "ENOENT")) throw error;
    }
  }

  /** Names of the groups directly below; none for an absent group. */
  children(path: string): string[] {
    try {
      const entries = readdirSync(this.directory(path), { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    } catch (error) {
      if (isCode(error, "ENOENT")) return [];
      throw error;
    }
  }

  /** Processes directly in a group; 0 stands for one outside this pid namespace. */
  procs(path: string): number[] {
    const text = readFileSync(`${this.directory(path)}/cgroup.procs`, "utf8");
    return text.split("\n").filter(Boolean).map(Number);
  }

  /** Moves a process, with all its threads, into a group; 0 is this process. */
  add(path: string, pid: number): void {
    writeFileSync(`${this.directory(path)}/cgroup.procs`, String(pid));
  }

  /** The number by which the kernel knows a group (bpf_get_current_cgroup_id): its inode, 64 bits. */
  idOf(path: string): bigint {
    return statSync(this.directory(path), { bigint: true }).ino;
  }

  /** Closes the descriptor, which ends a detached mount; safe to call twice. */
  close(): void {
    if (this.#open) closeSync(this.rootFd);
    this.#open = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function mountDetached(): number {
  try {
    return detachedMount("cgroup2");
  } catch (cause) {
    throw new RingfenceError("RF_NO_CGROUP2", "Cannot find the cgroup v2 hierarchy, nor mount it", {
      hint: "Mount it: mount -t cgroup2 none /sys/fs/cgroup/unified",
      cause,
    });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: the process ended between open and read
    if (isCode(error, "ENOENT") || isCode(error, "ESRCH")) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
