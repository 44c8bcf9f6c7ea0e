import type { Node } from "yaml";
import { readString } from "./read-list.js";
import type { Reader } from "./reader.js";

/** Reads a profile or rule name, which must survive inside `profile/rule-name`; null after reporting. */
export function readName(reader: Reader, node: Node, kind: "profile" | "rule"): string | null {
  const name = readString(reader, node, "name");
  if (name === null) return null;
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) return name;
  const hint = "Start with a letter or digit, then letters, digits, dots, dashes and underscores, 63 at most";
  reader.error("RF_POLICY_NAME", node, `"${name}" cannot be the name of a ${kind}`, hint);
  return null;
}
