import type { NumberRange, ProcessCondition } from "@ringfence/model";
import type { ProcessFacts } from "../evaluate/facts.js";
import { type PathBelief, processKeys } from "../evaluate/matches-process.js";
import { listed, oneOf } from "./one-of.js";

const trustNeeded = "and an allow needs a trusted path";

/** Says why a key of a condition does not hold. */
export function processReason(
  key: keyof ProcessCondition,
  item: ProcessCondition,
  process: ProcessFacts,
  belief: PathBelief,
): string {
  switch (key) {
    case "exe":
      return exeReason(item, process, belief);
    case "ancestor":
      return ancestorReason(item, process, belief);
    case "comm":
      return `comm "${process.comm}" ${oneOf(
        (item.comm ?? []).map((comm) => `"${comm}"`),
        "is not",
        "is none of",
      )}`;
    case "uid":
    case "gid":
      return `${key} ${process[key]} ${oneOf((item[key] ?? []).map(rangeText), "is not", "is in none of")}`;
    case "cgroup":
      return `cgroup ${process.cgroup} ${oneOf(item.cgroup ?? [], "is not in", "is in none of")}`;
    case "host":
      return "the process is in a container";
    case "container":
      return "the process is in no container";
  }
}

function exeReason({ exe = [] }: ProcessCondition, process: ProcessFacts, belief: PathBelief): string {
  if (process.exe === null) return `exe is unknown, ${trustNeeded}`;
  const path = `exe ${process.exe.path}`;
  if (belief === "strict" && processKeys.exe({ exe }, process, "lenient")) {
    return `${path} is not trusted, ${trustNeeded}`;
  }
  return `${path} ${oneOf(exe, isNot(exe), "matches none of")}`;
}

function ancestorReason(
  { ancestor = [] }: ProcessCondition,
  process: ProcessFacts,
  belief: PathBelief,
): string {
  if (process.ancestors.length === 0)
    return `no ancestor ${oneOf(ancestor, "is", "is one of")}: there is none`;
  if (belief === "strict" && processKeys.ancestor({ ancestor }, process, "lenient")) {
    return `only ancestors with an unknown or untrusted path match, ${trustNeeded}`;
  }
  const paths = process.ancestors.map((fact) => fact?.path ?? "unknown");
  if (paths.length === 1)
    return `ancestor ${paths[0]} ${oneOf(ancestor, isNot(ancestor), "matches none of")}`;
  return `none of the ancestors ${listed(paths)} ${oneOf(ancestor, "is", "matches one of")}`;
}

function isNot(patterns: readonly string[]): string {
  return patterns[0]?.includes("*") ? "does not match" : "is not";
}

function rangeText({ from, to }: NumberRange): string {
  return from === to ? String(from) : `${from}-${to}`;
}
