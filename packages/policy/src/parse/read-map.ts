import { isMap, isScalar, type Node, type Pair, type YAMLMap } from "yaml";
import { choiceHint } from "../text/nearest.js";
import type { Reader } from "./reader.js";

/** The keys that a map may have. */
export interface MapShape {
  /** How messages name the map, such as "a rule". */
  readonly what: string;
  readonly keys: readonly string[];
  /** Keys of the language that this version does not enforce. */
  readonly later?: readonly string[];
  /** Keys of the language that belong somewhere else, each with what to do about it. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/** The values of a map by key. Keys whose value is empty were reported and have the value null. */
export class Fields {
  readonly node: YAMLMap;
  readonly #values: ReadonlyMap<string, Node | null>;

  constructor(node: YAMLMap, values: ReadonlyMap<string, Node | null>) {
    this.node = node;
    this.#values = values;
  }

  /** True for keys with a reported empty value too, so that nothing is reported twice. */
  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): Node | null {
    return this.#values.get(key) ?? null;
  }
}

/** Reads a map strictly: reports unknown, duplicate and empty keys; null when the node is no map or is empty. */
export function readMap(reader: Reader, node: Node, shape: MapShape): Fields | null {
  if (!isMap(node)) {
    reader.error(
      "RF_POLICY_TYPE",
      node,
      `Expected a map for ${shape.what}`,
      `Write keys: ${shape.keys.join(", ")}`,
    );
    return null;
  }
  if (node.items.length === 0) {
    const hint = `Write at least one of ${shape.keys.join(", ")}`;
    reader.error(
      "RF_POLICY_EMPTY",
      node,
      `The map for ${shape.what} is empty, and empty never means all`,
      hint,
    );
    return null;
  }
  const values = new Map<string, Node | null>();
  for (const pair of node.items) readPair(reader, node, pair, shape, values);
  return new Fields(node, values);
}

function readPair(
  reader: Reader,
  map: YAMLMap,
  pair: Pair<unknown, unknown>,
  shape: MapShape,
  values: Map<string, Node | null>,
): void {
  const keyNode = isScalar(pair.key) ? pair.key : map;
  const key = isScalar(pair.key) ? String(pair.key.value) : "?";
  if (values.has(key)) {
    const hint = "Remove one of the two, or merge their values into a list";
    reader.error("RF_POLICY_DUPLICATE_KEY", keyNode, `Key "${key}" occurs twice in ${shape.what}`, hint);
    return;
  }
  values.set(key, null);
  if (shape.later?.includes(key)) {
    const message = `Key "${key}" is not supported in this version`;
    reader.error("RF_POLICY_UNSUPPORTED", keyNode, message, "Remove it: what cannot be enforced is refused");
  } else if (!shape.keys.includes(key)) {
    const hint = own(shape.elsewhere, key) ?? choiceHint(key, shape.keys);
    reader.error("RF_POLICY_UNKNOWN_KEY", keyNode, `Unknown key "${key}" in ${shape.what}`, hint);
  } else if (isEmpty(pair.value)) {
    const hint = "Give it a value, or remove the key";
    reader.error("RF_POLICY_EMPTY", keyNode, `Key "${key}" has no value, and empty never means all`, hint);
  } else values.set(key, pair.value as Node);
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || (isScalar(value) && (value.value === null || value.value === ""))
  );
}

/** A key such as "constructor" is in every object, and in none of our tables. */
function own(table: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
