import { readdirSync, readFileSync } from "node:fs";

/** Kernel memory of BPF objects that one process holds open, in bytes. */
export interface KernelMemory {
  readonly maps: number;
  readonly programs: number;
  readonly mapCount: number;
  readonly programCount: number;
}

/** Adds up what /proc/PID/fdinfo tells; an object with several descriptors counts once. */
export function kernelMemory(pid: number): KernelMemory {
  const directory = `/proc/${pid}/fdinfo`;
  const texts = readdirSync(directory).map((fd) => readIfOpen(`${directory}/${fd}`));
  const maps = sizesById(texts, "map_id");
  const programs = sizesById(texts, "prog_id");
  return {
    maps: sum(maps),
    programs: sum(programs),
    mapCount: maps.size,
    programCount: programs.size,
  };
}

/** Empty for a descriptor that was closed meanwhile, as that of the list itself is. */
function readIfOpen(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Bytes by id, of the descriptors whose own object this is: a link names the id of its program too, but no size. */
export function sizesById(
  texts: readonly string[],
  field: "map_id" | "prog_id",
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const text of texts) {
    const id = new RegExp(`^${field}:\\s*(\\d+)$`, "m").exec(text)?.[1];
    const bytes = /^memlock:\s*(\d+)$/m.exec(text)?.[1];
    if (id !== undefined && bytes !== undefined) sizes.set(id, Number(bytes));
  }
  return sizes;
}

function sum(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((total, bytes) => total + bytes, 0);
}
