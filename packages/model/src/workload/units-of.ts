/** Kinds of units that have a cgroup (systemd.unit(5)). */
export const unitSuffixes = [".service", ".scope", ".slice", ".socket", ".mount", ".swap"] as const;

/** True for a name that systemd gives to the cgroup of a unit. */
export function isUnitName(name: string): boolean {
  return unitSuffixes.some((suffix) => name.endsWith(suffix) && name.length > suffix.length);
}

/**
 * The units of the system's manager that a cgroup lies in: the slices that its path begins with, then the first unit
 * that is no slice. What lies below that one was delegated, and whoever owns it chooses the names there; so does a
 * cgroup above that is no unit. The same walk as systemd's cg_path_get_unit().
 */
export function unitsOf(cgroup: string): readonly string[] {
  const units: string[] = [];
  for (const name of cgroup.split("/").slice(1)) {
    if (!isUnitName(name)) break;
    units.push(unescapeName(name));
    if (!name.endsWith(".slice")) break;
  }
  return units;
}

/** systemd puts "_" before a name that the kernel could take for a file of its own. */
function unescapeName(name: string): string {
  return name.startsWith("_") ? name.slice(1) : name;
}
