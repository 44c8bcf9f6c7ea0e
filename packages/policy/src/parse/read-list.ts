import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import type { Reader } from "./reader.js";

/** The items of a list, or the value itself where one value may stand for a list of one. Empty is reported. */
export function readItems(reader: Reader, node: Node, key: string): readonly Node[] {
  if (!isSeq(node)) return [node];
  if (node.items.length === 0) {
    const hint = "Give it a value, or remove the key";
    reader.error("RF_POLICY_EMPTY", node, `The list for "${key}" is empty, and empty never means all`, hint);
  }
  return node.items as Node[];
}

/** What a scalar says as it is written: the text of a number keeps its form. Null after reporting another type. */
export function readText(reader: Reader, node: Node, key: string): string | null {
  const text = isScalar(node) ? textOf(node) : null;
  if (text === null) {
    const found = isMap(node) ? "a map" : isSeq(node) ? "a list" : "another type";
    reader.error(
      "RF_POLICY_TYPE",
      node,
      `Expected a string for "${key}", found ${found}`,
      "Write one value, quoted if needed",
    );
    return null;
  }
  if (text !== "") return text;
  const message = `A value of "${key}" is empty, and empty never means all`;
  reader.error("RF_POLICY_EMPTY", node, message, "Give it a value, or remove it");
  return null;
}

/** The same for a value that must not be a number or a boolean. */
export function readString(reader: Reader, node: Node, key: string): string | null {
  if (!isScalar(node) || typeof node.value === "string" || node.value === null)
    return readText(reader, node, key);
  const found = typeof node.value;
  reader.error(
    "RF_POLICY_TYPE",
    node,
    `Expected a string for "${key}", found a ${found}`,
    `Write "${textOf(node)}" in quotes if it is meant`,
  );
  return null;
}

function textOf(node: Scalar): string | null {
  if (typeof node.value === "string") return node.value;
  if (node.value === null) return "";
  if (typeof node.value === "number" || typeof node.value === "bigint")
    return node.source ?? String(node.value);
  return typeof node.value === "boolean" ? String(node.value) : null;
}

/** Reads each item of a list, or the value itself; a callback that reports its item returns nothing. */
export function readEach<T>(
  reader: Reader,
  node: Node,
  key: string,
  read: (item: Node) => readonly T[],
): readonly T[] {
  return readItems(reader, node, key).flatMap(read);
}
