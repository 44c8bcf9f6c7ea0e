import type { NumberRange, ProcessCondition } from "@ringfence/model";
import { isScalar, isSeq, type Node } from "yaml";
import { checkComm } from "../text/comm-text.js";
import { type Fault, isFault } from "../text/fault.js";
import { parseIds } from "../text/id-text.js";
import { checkCgroup, checkPattern } from "../text/path-text.js";
import { readEach, readItems, readString, readText } from "./read-list.js";
import { type Fields, readMap } from "./read-map.js";
import type { Reader } from "./reader.js";

const keys = ["exe", "comm", "uid", "gid", "ancestor", "cgroup", "host", "container"] as const;
const later = ["unit", "args", "pod", "namespace", "serviceAccount"];

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
    ...readIds(reader, fields, "uid"),
    ...readIds(reader, fields, "gid"),
    ...readPlace(reader, fields),
  };
}

function readStrings(
  reader: Reader,
  fields: Fields,
  key: "exe" | "ancestor" | "comm" | "cgroup",
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
  const host = readTrue(reader, fields.get("host"), "host");
  const container = readTrue(reader, fields.get("container"), "container");
  if (host && container) {
    const message = 'No process matches both "host" and "container"';
    const hint = "Remove one of them, or write two items: [{ host: true }, { container: true }]";
    reader.error("RF_POLICY_VALUE", fields.node, message, hint);
  }
  return { ...(host ? { host } : {}), ...(container ? { container } : {}) };
}

function readTrue(reader: Reader, node: Node | null, key: "host" | "container"): true | null {
  if (node === null) return null;
  if (isScalar(node) && node.value === true) return true;
  const others = key === "host" ? "container" : "host";
  if (isScalar(node) && node.value === false) {
    const hint = `Write ${others}: true, or remove the key to take all processes`;
    reader.error("RF_POLICY_VALUE", node, `Key "${key}" cannot be false`, hint);
  } else if (key === "container" && !isYesOrNo(node)) {
    const message = "To choose containers by name, image, id or label is not supported in this version";
    reader.error("RF_POLICY_UNSUPPORTED", node, message, "Write container: true, or cgroup with a path");
  } else {
    const hint = `Write ${key}: true, or remove the key`;
    reader.error("RF_POLICY_TYPE", node, `Expected true for "${key}"`, hint);
  }
  return null;
}

/** What YAML 1.1 took for a boolean. */
function isYesOrNo(node: Node): boolean {
  return isScalar(node) && /^(yes|no|on|off)$/i.test(String(node.value));
}
