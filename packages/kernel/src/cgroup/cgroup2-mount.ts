/** One line of /proc/PID/mountinfo, the parts that matter here. */
export interface MountEntry {
  readonly id: number;
  readonly parent: number;
  /** the part of the file system that is mounted */
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
}

/** Parses mountinfo (proc(5)); octal escapes such as \040 become their bytes. */
export function parseMountInfo(text: string): MountEntry[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const fields = line.split(" ");
      const type = fields[fields.indexOf("-", 6) + 1] ?? "";
      return {
        id: Number(fields[0]),
        parent: Number(fields[1]),
        root: unescapeOctal(fields[3] ?? ""),
        mountPoint: unescapeOctal(fields[4] ?? ""),
        type,
      };
    });
}

/**
 * Mount points where the root of the cgroup2 hierarchy can be reached by path.
 * One is hidden when something else is mounted over it, or over a directory above it: on one of the mounts
 * that lead to it, but not leading to it itself.
 */
export function visibleCgroup2Mounts(entries: readonly MountEntry[]): string[] {
  return entries
    .filter((entry) => entry.type === "cgroup2" && entry.root === "/" && !isHidden(entry, entries))
    .map((entry) => entry.mountPoint);
}

function isHidden(entry: MountEntry, entries: readonly MountEntry[]): boolean {
  const below = new Set<number>();
  const byId = new Map(entries.map((e) => [e.id, e]));
  for (let at = byId.get(entry.id); at !== undefined && !below.has(at.id); at = byId.get(at.parent)) {
    below.add(at.id);
  }
  return entries.some(
    (other) => !below.has(other.id) && below.has(other.parent) && covers(other.mountPoint, entry.mountPoint),
  );
}

/** True when mounting at `upper` hides the path `lower`. */
function covers(upper: string, lower: string): boolean {
  return upper === lower || lower.startsWith(upper.endsWith("/") ? upper : `${upper}/`);
}

function unescapeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
