import { RingfenceError } from "@ringfence/model";
import { LineCounter, type Node } from "yaml";
import { byPlace } from "../parse/by-place.js";
import { decodeText } from "../parse/decode-text.js";
import { readableDocuments } from "../parse/readable-documents.js";
import { Reader } from "../parse/reader.js";
import type { Resolver } from "../resolver.js";
import type { Imported } from "./imported.js";

/** Files of other tools have numbers only. */
const nobody: Resolver = { uidOf: () => null, gidOf: () => null, portOf: () => null };

/**
 * Opens another tool's YAML, strictly as a policy, and lets `convert` make a policy file out of its documents. What
 * `convert` makes of a file with errors is thrown away.
 */
export function openImport(
  input: string | Uint8Array,
  file: string,
  convert: (reader: Reader, documents: readonly Node[]) => string,
): Imported {
  const text = decodeText(input, file);
  if (text instanceof RingfenceError) return { text: "", warnings: [], errors: [text] };
  const lines = new LineCounter();
  const reader = new Reader(file, lines, nobody);
  const documents = readableDocuments(reader, text, lines).flatMap(({ contents }) => contents ?? []);
  if (documents.length === 0 && reader.errorCount === 0) {
    const hint = "Name the file that is to be imported";
    reader.report("RF_POLICY_EMPTY", reader.locateOffset(0), "The file is empty", hint);
  }
  const converted = convert(reader, documents);
  const errors = [...reader.errors.toSorted(byPlace), ...reader.untold()];
  return { text: errors.length > 0 ? "" : converted, warnings: reader.warnings.toSorted(byPlace), errors };
}
