import { isSeq, type Node } from "yaml";
import { readChoice } from "../../parse/read-choice.js";
import { type Fields, readMap } from "../../parse/read-map.js";
import type { Reader } from "../../parse/reader.js";
import { readBoolean } from "../read-entries.js";

const shapes = {
  files: { what: '"files"', keys: ["enable", "mode", "target", "allow", "deny"] },
  mount: { what: '"mount"', keys: ["enable", "mode", "target", "deny"] },
} as const;

const meanings = { files: "which files may be opened", mount: "what may be mounted" };

/** Checks a part of the file that Ringfence has nothing for, and warns of each line in it that says something. */
export function readLostModule(reader: Reader, top: Fields, key: keyof typeof shapes): void {
  const node = top.get(key);
  const fields = node === null ? null : readMap(reader, node, shapes[key]);
  if (fields === null) return;
  readChoice(reader, fields, "mode", ["monitor", "block"]);
  readChoice(reader, fields, "target", ["host", "container"]);
  if (!readBoolean(reader, fields.get("enable"), "enable", true)) return;
  const lists = [fields.get("allow"), fields.get("deny")];
  const lines = lists.flatMap((list) => (isSeq(list) ? (list.items as Node[]) : (list ?? [])));
  const message = `"${key}" is not carried: Ringfence does not judge ${meanings[key]}`;
  const hint = "Keep bouheki for it, or use a mandatory access control such as AppArmor";
  for (const line of lines.length > 0 ? lines : [fields.node]) {
    reader.warn("RF_IMPORT_LOST", reader.locate(line), message, hint);
  }
}
