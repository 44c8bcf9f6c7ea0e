import { isScalar, isSeq, type Node } from "yaml";
import { readText } from "../parse/read-list.js";
import type { Reader } from "../parse/reader.js";
import { isFault } from "../text/fault.js";
import type { EntryParser } from "./entry.js";
import type { Placed } from "./placed.js";

/** Reads a list, or one value, with the place of each; an empty list is legal there. */
export function readPlaced<T>(
  reader: Reader,
  node: Node,
  key: string,
  parse: EntryParser<T>,
): readonly Placed<T>[] {
  const items = isSeq(node) ? (node.items as Node[]) : [node];
  return items.flatMap((item) => {
    const text = readText(reader, item, key);
    if (text === null) return [];
    const entry = parse(text, key);
    if (isFault(entry)) {
      reader.fault(entry, item);
      return [];
    }
    const location = reader.locate(item);
    if (entry.doubt !== undefined) {
      reader.warn("RF_IMPORT_DIFFERS", location, entry.doubt.message, entry.doubt.hint);
    }
    return [{ value: entry.value, location }];
  });
}

/** Reads true or false; `otherwise` when it is absent or was reported. */
export function readBoolean(reader: Reader, node: Node | null, key: string, otherwise: boolean): boolean {
  if (node === null) return otherwise;
  if (isScalar(node) && typeof node.value === "boolean") return node.value;
  reader.error("RF_POLICY_TYPE", node, `Expected true or false for "${key}"`, "Write true or false");
  return otherwise;
}
