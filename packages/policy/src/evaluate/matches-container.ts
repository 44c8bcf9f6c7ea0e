import type { ContainerCondition, ContainerFact, ContainerFacts } from "@ringfence/model";
import { matchesPath } from "./matches-path.js";
import type { Belief } from "./matches-process.js";

/**
 * True when something is in a container that the condition describes. What nobody could say of a container, and a
 * cgroup that nobody has classified, count for a deny and not for an allow.
 */
export function matchesContainer(
  condition: true | ContainerCondition,
  fact: ContainerFact,
  belief: Belief,
): boolean {
  if (fact === false) return false;
  if (fact === "pending") return belief === "lenient";
  if (condition === true) return true;
  const { name, image, id, label = {} } = condition;
  const facts = fact === true ? nothingKnown : fact;
  return (
    matchesText(name, facts.name, belief) &&
    matchesText(id, facts.id, belief) &&
    matchesImage(image, facts.image, belief) &&
    Object.entries(label).every(([key, values]) => matchesText(values, labelOf(facts, key), belief))
  );
}

const nothingKnown: ContainerFacts = { id: null, name: null, image: null, labels: null };

/** What is not there, an empty text, matches nothing. */
function matchesText(patterns: readonly string[] | undefined, text: string | null, belief: Belief): boolean {
  if (patterns === undefined) return true;
  if (text === null) return belief === "lenient";
  return text !== "" && patterns.some((pattern) => matchesPath(pattern, text));
}

function matchesImage(
  patterns: readonly string[] | undefined,
  image: string | null,
  belief: Belief,
): boolean {
  return (
    matchesText(patterns, image, belief) ||
    (image !== null && matchesText(patterns, withoutTag(image), belief))
  );
}

/** A reference without digest and tag; a colon before a slash is that of a registry's port. */
function withoutTag(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}

function labelOf({ labels }: ContainerFacts, key: string): string | null {
  if (labels === null) return null;
  return Object.hasOwn(labels, key) ? (labels[key] ?? "") : "";
}
