import { type NumberRange, type ProcessCondition, unitsOf } from "@ringfence/model";
import type { PathFact, ProcessFacts } from "./facts.js";
import { matchesContainer } from "./matches-container.js";
import { matchesPath } from "./matches-path.js";

/**
 * How far facts are believed. An allow needs a trusted path and a known container ("strict"); a deny, or belonging to a
 * subject, takes any path, and what is unknown too ("lenient"), so that hiding never helps.
 */
export type Belief = "strict" | "lenient";

/** True when one of the items matches; no list at all matches every process. */
export function matchesAnyItem(
  items: readonly ProcessCondition[] | null,
  process: ProcessFacts,
  belief: Belief,
): boolean {
  return items === null || items.some((item) => matchesItem(item, process, belief));
}

/** Each key of a condition, and whether it holds; one that is absent does. */
export const processKeys: Readonly<Record<keyof ProcessCondition, KeyTest>> = {
  exe: ({ exe }, process, belief) => exe === undefined || matchesExe(exe, process.exe, belief),
  ancestor: ({ ancestor }, process, belief) =>
    ancestor === undefined || process.ancestors.some((fact) => matchesExe(ancestor, fact, belief)),
  comm: ({ comm }, process) => comm === undefined || comm.includes(process.comm),
  uid: ({ uid }, process) => uid === undefined || inRanges(uid, process.uid),
  gid: ({ gid }, process) => gid === undefined || inRanges(gid, process.gid),
  cgroup: ({ cgroup }, process) =>
    cgroup === undefined || cgroup.some((root) => isInSubtree(root, process.cgroup)),
  host: ({ host }, { container }, belief) =>
    host === undefined || container === false || (container === "pending" && belief === "lenient"),
  container: ({ container }, process, belief) =>
    container === undefined || matchesContainer(container, process.container, belief),
  unit: ({ unit }, process) => unit === undefined || matchesUnit(unit, process.cgroup),
};

type KeyTest = (item: ProcessCondition, process: ProcessFacts, belief: Belief) => boolean;

const keyTests = Object.values(processKeys);

function matchesItem(item: ProcessCondition, process: ProcessFacts, belief: Belief): boolean {
  return keyTests.every((holds) => holds(item, process, belief));
}

/** True when the cgroup is that of a unit with such a name, or lies below. */
export function matchesUnit(patterns: readonly string[], cgroup: string): boolean {
  return unitsOf(cgroup).some((name) => patterns.some((pattern) => matchesPath(pattern, name)));
}

function matchesExe(patterns: readonly string[], exe: PathFact | null, belief: Belief): boolean {
  return exe === null ? belief === "lenient" : matchesFact(patterns, exe, belief);
}

function matchesFact(patterns: readonly string[], fact: PathFact, belief: Belief): boolean {
  if (belief === "strict" && !fact.trusted) return false;
  return patterns.some((pattern) => matchesPath(pattern, fact.path));
}

function inRanges(ranges: readonly NumberRange[], value: number): boolean {
  return ranges.some(({ from, to }) => from <= value && value <= to);
}

/** True when `path` is the cgroup `root` or lies below it. */
export function isInSubtree(root: string, path: string): boolean {
  return root === "/" || path === root || path.startsWith(`${root}/`);
}
