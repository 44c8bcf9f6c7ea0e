import type { NumberRange, ProcessCondition } from "@ringfence/model";
import type { PathFact, ProcessFacts } from "./facts.js";
import { matchesPath } from "./matches-path.js";

/**
 * How far executable paths are believed. An allow needs a trusted path ("strict"); a deny, or belonging to a
 * subject, takes any path and an unknown executable too ("lenient"), so that hiding never helps.
 */
export type PathBelief = "strict" | "lenient";

/** True when one of the items matches; no list at all matches every process. */
export function matchesAnyItem(
  items: readonly ProcessCondition[] | null,
  process: ProcessFacts,
  belief: PathBelief,
): boolean {
  return items === null || items.some((item) => matchesItem(item, process, belief));
}

function matchesItem(item: ProcessCondition, process: ProcessFacts, belief: PathBelief): boolean {
  return (
    (item.exe === undefined || matchesExe(item.exe, process.exe, belief)) &&
    (item.ancestor === undefined ||
      process.ancestors.some((ancestor) => matchesExe(item.ancestor ?? [], ancestor, belief))) &&
    (item.comm === undefined || item.comm.includes(process.comm)) &&
    (item.uid === undefined || inRanges(item.uid, process.uid)) &&
    (item.gid === undefined || inRanges(item.gid, process.gid)) &&
    (item.cgroup === undefined || item.cgroup.some((root) => isInSubtree(root, process.cgroup))) &&
    (item.host === undefined || !process.container)
  );
}

function matchesExe(patterns: readonly string[], exe: PathFact | null, belief: PathBelief): boolean {
  return exe === null ? belief === "lenient" : matchesFact(patterns, exe, belief);
}

function matchesFact(patterns: readonly string[], fact: PathFact, belief: PathBelief): boolean {
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
