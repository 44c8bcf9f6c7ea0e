import type { ContainerCondition, NumberRange, ProcessCondition } from "@ringfence/model";
import { matchesPath } from "../evaluate/matches-path.js";
import { isInSubtree } from "../evaluate/matches-process.js";

type Items = readonly ProcessCondition[] | null;

/** True when every process that matches one of `inner` matches one of `outer`. May miss covers by several items. */
export function coversProcesses(outer: Items, inner: Items): boolean {
  if (outer === null) return true;
  return inner?.every((item) => outer.some((wider) => coversItem(wider, item))) ?? false;
}

function coversItem(outer: ProcessCondition, inner: ProcessCondition): boolean {
  return (
    coversValues(outer.exe, inner.exe, coversPattern) &&
    coversValues(outer.ancestor, inner.ancestor, coversPattern) &&
    coversValues(outer.comm, inner.comm, (a, b) => a === b) &&
    coversValues(outer.uid, inner.uid, coversRange) &&
    coversValues(outer.gid, inner.gid, coversRange) &&
    coversValues(outer.cgroup, inner.cgroup, isInSubtree) &&
    (outer.host === undefined || inner.host !== undefined) &&
    coversContainers(outer.container, inner.container) &&
    coversValues(outer.unit, inner.unit, coversPattern)
  );
}

type Containers = ProcessCondition["container"];

function coversContainers(outer: Containers, inner: Containers): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  return outer === true || (inner !== true && coversDescribed(outer, inner));
}

function coversDescribed(outer: ContainerCondition, inner: ContainerCondition): boolean {
  return (
    coversValues(outer.name, inner.name, coversPattern) &&
    coversValues(outer.image, inner.image, coversPattern) &&
    coversValues(outer.id, inner.id, coversPattern) &&
    Object.entries(outer.label ?? {}).every(([key, values]) =>
      coversValues(values, inner.label?.[key], coversPattern),
    )
  );
}

function coversValues<T>(
  outer: readonly T[] | undefined,
  inner: readonly T[] | undefined,
  covers: (outer: T, inner: T) => boolean,
): boolean {
  if (outer === undefined) return true;
  return inner?.every((value) => outer.some((wider) => covers(wider, value))) ?? false;
}

/** A pattern with stars is only known to be covered by itself. */
function coversPattern(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  return !inner.includes("*") && matchesPath(outer, inner);
}

function coversRange(outer: NumberRange, inner: NumberRange): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}
