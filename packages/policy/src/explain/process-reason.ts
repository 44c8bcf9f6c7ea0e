import {
  type ContainerCondition,
  type ContainerFact,
  type NumberRange,
  type ProcessCondition,
  unitsOf,
} from "@ringfence/model";
import type { ProcessFacts } from "../evaluate/facts.js";
import { matchesContainer } from "../evaluate/matches-container.js";
import { type Belief, processKeys } from "../evaluate/matches-process.js";
import { listed, oneOf } from "./one-of.js";

const trustNeeded = "and an allow needs a trusted path";

/** Says why a key of a condition does not hold. */
export function processReason(
  key: keyof ProcessCondition,
  item: ProcessCondition,
  process: ProcessFacts,
  belief: Belief,
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
      return process.container === "pending" ? pendingReason : "the process is in a container";
    case "container":
      return containerReason(item.container ?? true, process.container);
    case "unit":
      return unitReason(item.unit ?? [], process.cgroup);
  }
}

const pendingReason = "nobody knows yet whose the new cgroup is, and an allow needs to know";

function containerReason(condition: true | ContainerCondition, fact: ContainerFact): string {
  if (fact === false) return "the process is in no container";
  if (fact === "pending") return pendingReason;
  if (condition === true) return "the process is in no container";
  const facts = fact === true ? null : fact;
  const wanted: readonly (readonly [string, readonly string[] | undefined, string | null | undefined])[] = [
    ["name", condition.name, facts?.name],
    ["image", condition.image, facts?.image],
    ["id", condition.id, facts?.id],
    ...Object.entries(condition.label ?? {}).map(
      ([key, values]) => [`label ${key}`, values, facts?.labels && (facts.labels[key] ?? "")] as const,
    ),
  ];
  const wrong = wanted.flatMap(([what, patterns, text]) => {
    if (patterns === undefined) return [];
    const key = what.startsWith("label ") ? { label: { [what.slice(6)]: patterns } } : { [what]: patterns };
    if (matchesContainer(key, fact, "strict")) return [];
    if (text === null || text === undefined) return [`its ${what} is unknown, and an allow needs to know`];
    if (text === "") return [`it has no ${what}`];
    return [`${what} ${text} ${oneOf(patterns, isNot(patterns), "matches none of")}`];
  });
  return `container: ${wrong.join("; ")}`;
}

function unitReason(patterns: readonly string[], cgroup: string): string {
  const units = unitsOf(cgroup);
  if (units.length === 0) return `cgroup ${cgroup} is in no unit`;
  return `unit ${units.at(-1)} ${oneOf(patterns, "is not in", "is in none of")}`;
}

function exeReason({ exe = [] }: ProcessCondition, process: ProcessFacts, belief: Belief): string {
  if (process.exe === null) return `exe is unknown, ${trustNeeded}`;
  const path = `exe ${process.exe.path}`;
  if (belief === "strict" && processKeys.exe({ exe }, process, "lenient")) {
    return `${path} is not trusted, ${trustNeeded}`;
  }
  return `${path} ${oneOf(exe, isNot(exe), "matches none of")}`;
}

function ancestorReason({ ancestor = [] }: ProcessCondition, process: ProcessFacts, belief: Belief): string {
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
