import type { CgroupTree } from "../fence/listed-cgroups.js";

/** Numbers for cgroups that exist only in a test. */
export class MadeUpCgroups implements CgroupTree {
  readonly #ids = new Map<string, bigint>();

  exists(): boolean {
    return true;
  }

  children(): string[] {
    return [];
  }

  idOf(path: string): bigint {
    const known = this.#ids.get(path) ?? BigInt(this.#ids.size + 1);
    this.#ids.set(path, known);
    return known;
  }

  /** A cgroup and all above it, deepest first, the root last. */
  chainOf(path: string): bigint[] {
    const chain: bigint[] = [];
    for (let at = path; at !== "" && at !== "/"; at = at.slice(0, at.lastIndexOf("/")))
      chain.push(this.idOf(at));
    return [...chain, this.idOf("/")];
  }
}
