import { isUnitName } from "@ringfence/model";

/**
 * Where the system's manager puts the cgroup of a unit whose file names no slice, as systemd.resource-control(5) and
 * systemd.slice(5) say: services and the like in system.slice, an instance in the slice of its template, a slice in those
 * that its name lists. Null for what is no unit's name, or stands for several.
 */
export function defaultUnitPath(unit: string): string | null {
  if (!isUnitName(unit) || /[*/]/.test(unit)) return null;
  if (unit.endsWith(".slice")) return slicePath(unit.slice(0, -".slice".length));
  const at = unit.indexOf("@");
  return at <= 0 ? `/system.slice/${unit}` : `/system.slice/${templateSlice(unit.slice(0, at))}/${unit}`;
}

/** `a-b` lies in `a`; `-` is the root. */
function slicePath(name: string): string | null {
  const words = name.split("-");
  if (words.includes("")) return null;
  return words.map((_, at) => `/${words.slice(0, at + 1).join("-")}.slice`).join("");
}

/** A dash of the template is no step into a slice: systemd escapes it. */
function templateSlice(template: string): string {
  return `system-${template.replaceAll("\\", "\\x5c").replaceAll("-", "\\x2d")}.slice`;
}
