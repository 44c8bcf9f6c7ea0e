import type { ContainerFact, ContainerFacts } from "@ringfence/model";
import type { LineErrors } from "./line-errors.js";
import type { Word } from "./words.js";

/** What can be said of a container, beside `container=yes`. */
export const containerKeys: readonly string[] = ["name", "image", "id", "label"];

/** Reads `container=` and what is said of the container; undefined when nothing is. */
export function readContainerFact(words: readonly Word[], errors: LineErrors): ContainerFact | undefined {
  const said = words.find(({ key }) => key === "container");
  const more = words.filter(({ key }) => containerKeys.includes(key ?? ""));
  const [first] = more;
  if (first !== undefined && said?.value !== "yes") {
    errors.fail(first.offset, `"${first.text}" is about no container`, "Write container=yes, too");
  }
  if (said === undefined) return undefined;
  if (said.value === "pending") return "pending";
  if (said.value !== "yes" && said.value !== "no") {
    const hint = "Write yes, no, or pending for a new cgroup of which nobody knows";
    errors.fail(said.offset, `Key "container" cannot be "${said.value}"`, hint);
  }
  return more.length === 0 ? said.value === "yes" : readFacts(more, errors);
}

function readFacts(words: readonly Word[], errors: LineErrors): ContainerFacts {
  const textOf = (wanted: string) => words.find(({ key }) => key === wanted)?.value ?? null;
  const labels = words.filter(({ key }) => key === "label");
  return {
    id: textOf("id"),
    name: textOf("name"),
    image: textOf("image"),
    labels: labels.length === 0 ? null : readLabels(labels, errors),
  };
}

function readLabels(words: readonly Word[], errors: LineErrors): Readonly<Record<string, string>> {
  if (words.length === 1 && words[0]?.value === "none") return {};
  const pairs = words.map(({ value, offset }) => {
    const at = value.indexOf("=");
    if (at < 0) errors.fail(offset, `"${value}" is not a label`, "Write label=KEY=VALUE, or label=none");
    return [value.slice(0, at), value.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}
