import type { ContainerCondition } from "@ringfence/model";
import { isMap, isScalar, type Node } from "yaml";
import { readEach, readText } from "./read-list.js";
import { type Fields, readMap } from "./read-map.js";
import type { Reader } from "./reader.js";

const shape = { what: '"container"', keys: ["name", "image", "id", "label"] };

/** Reads `container`: true, or a map that says which ones. Null after reporting something else. */
export function readContainer(reader: Reader, node: Node): true | ContainerCondition | null {
  if (isScalar(node) && node.value === true) return true;
  if (isMap(node)) {
    const fields = readMap(reader, node, shape);
    return fields === null ? null : readWhich(reader, fields);
  }
  if (isScalar(node) && node.value === false) {
    const hint = "Write host: true, or remove the key to take all processes";
    reader.error("RF_POLICY_VALUE", node, 'Key "container" cannot be false', hint);
  } else {
    const hint = "Write container: true, or say which: container: { name: billing }";
    reader.error("RF_POLICY_TYPE", node, 'Expected true or a map for "container"', hint);
  }
  return null;
}

function readWhich(reader: Reader, fields: Fields): ContainerCondition {
  const texts = (key: "name" | "image" | "id") => {
    const node = fields.get(key);
    return node === null ? {} : { [key]: readTexts(reader, node, key) };
  };
  const label = fields.get("label");
  return {
    ...texts("name"),
    ...texts("image"),
    ...texts("id"),
    ...(label === null ? {} : { label: readLabels(reader, label) }),
  };
}

function readTexts(reader: Reader, node: Node, key: string): readonly string[] {
  return readEach(reader, node, key, (item) => {
    const text = readText(reader, item, key);
    return text === null ? [] : [text];
  });
}

/** Keys are the user's own, so that none is unknown. */
function readLabels(reader: Reader, node: Node): Readonly<Record<string, readonly string[]>> {
  const keys = isMap(node) ? node.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : [])) : [];
  const fields = readMap(reader, node, { what: '"label"', keys: keys.length > 0 ? keys : ["KEY: VALUE"] });
  if (fields === null) return {};
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = fields.get(key);
      return value === null ? [] : [[key, readTexts(reader, value, key)]];
    }),
  );
}
