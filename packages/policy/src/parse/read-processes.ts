import type { NumberRange, ProcessCondition } from "@ringfence/model";
import { isScalar, isSeq, type Node } from "yaml";
import { checkComm } from "../text/comm-text.js";
import { type Fault, isFault } from "../text/fault.js";
import { parseIds } from "../text/id-text.js";
import { checkCgroup, checkPattern } from "../text/path-text.js";
import { checkUnit } from "../text/unit-text.js";
import { readContainer } from "./read-container.js";
import { readEach, readItems, readString, readText } from "./read-list.js";
import { type Fields, readMap } from "./read-map.js";
import type { Reader } from "./reader.js";

const keys = ["exe", "comm", "uid", "gid", "ancestor", "cgroup", "host", "container", "unit"] as const;
const later = ["args", "pod", "namespace", "serviceAccount"];

/** Reads a subject or a rule's `process`: a map, or a list of maps of which one must match. */
export function readProcesses(reader: Reader, node: Node, what: string): readonly ProcessCondition[] {
  const items = isSeq(node) ? readItems(reader, node, what) : [node];
  return items.flatMap((item) => {
    const fields = readMap(reader, item, { what, keys, later });
    return fields === null ? [] : [readCondition(reader, fields)];
  });
}

function readCondition(reader: Reader, fields: Fields): ProcessCondition {
  return {
    ...readStrings(reader, fields, "exe", checkPattern),
    ...readStrings(reader, fields, "ancestor", checkPattern),
    ...readStrings(reader, fields, "comm", checkComm),
    ...readStrings(reader, fields, "cgroup", checkCgroup),
    ...readStrings(reader, fields, "unit", checkUnit),
    ...readIds(reader, fields, "uid"),
    ...readIds(reader, fields, "gid"),
    ...readPlace(reader, fields),
  };
}

function readStrings(
  reader: Reader,
  fields: Fields,
  key: "exe" | "ancestor" | "comm" | "cgroup" | "unit",
  check: (text: string) => Fault | null,
): ProcessCondition {
  const node = fields.get(key);
  if (node === null) return {};
  const values = readEach(reader, node, key, (item) => {
    const text = readString(reader, item, key);
    const fault = text === null ? null : check(text);
    if (fault !== null) reader.fault(fault, item);
    return text === null ? [] : [text];
  });
  return { [key]: values };
}

function readIds(reader: Reader, fields: Fields, key: "uid" | "gid"): ProcessCondition {
  const node = fields.get(key);
  if (node === null) return {};
  const ranges = readEach(reader, node, key, (item): readonly NumberRange[] => {
    const text = readText(reader, item, key);
    if (text === null) return [];
    const range = parseIds(text, key, reader.resolver);
    if (!isFault(range)) return [range];
    reader.fault(range, item);
    return [];
  });
  return { [key]: ranges };
}

/** Reads `host` and `container`, which go by themselves only: nothing is in both places. */
function readPlace(reader: Reader, fields: Fields): ProcessCondition {
  const host = readHost(reader, fields.get("host"));
  const node = fields.get("container");
  const container = node === null ? null : readContainer(reader, node);
  if (host && container) {
    const message = 'No process matches both "host" and "container"';
    const hint = "Remove one of them, or write two items: [{ host: true }, { container: true }]";
    reader.error("RF_POLICY_VALUE", fields.node, message, hint);
  }
  return { ...(host ? { host } : {}), ...(container ? { container } : {}) };
}

function readHost(reader: Reader, node: Node | null): true | null {
  if (node === null) return null;
  if (isScalar(node) && node.value === true) return true;
  if (isScalar(node) && node.value === false) {
    const hint = "Write container: true, or remove the key to take all processes";
    reader.error("RF_POLICY_VALUE", node, 'Key "host" cannot be false', hint);
  } else {
    reader.error("RF_POLICY_TYPE", node, 'Expected true for "host"', "Write host: true, or remove the key");
  }
  return null;
}
