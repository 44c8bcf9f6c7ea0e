import { type Profile, RingfenceError } from "@ringfence/model";
import { isScalar, LineCounter, type Node } from "yaml";
import type { Resolver } from "../resolver.js";
import { warnAbout } from "../warn/warn-about.js";
import { byPlace } from "./by-place.js";
import { decodeText } from "./decode-text.js";
import { plainDocuments } from "./plain-yaml.js";
import { readProfile } from "./read-profile.js";
import { readableDocuments } from "./readable-documents.js";
import { Reader } from "./reader.js";

/** What a policy file says. All errors are reported at once, and with an error there is nothing else. */
export interface ParseResult {
  readonly profiles: readonly Profile[];
  readonly warnings: readonly RingfenceError[];
  readonly errors: readonly RingfenceError[];
}

/**
 * Reads a policy file: one SecurityProfile per YAML document. Never throws for what the text says; `file` is only
 * used in locations. Pass bytes to have their encoding checked.
 */
export function parsePolicy(input: string | Uint8Array, file: string, resolver: Resolver): ParseResult {
  const text = decodeText(input, file);
  if (text instanceof RingfenceError) return { profiles: [], warnings: [], errors: [text] };
  const lines = new LineCounter();
  const reader = new Reader(file, lines, resolver);
  const documents =
    plainDocuments(text, lines) ?? readableDocuments(reader, text, lines).map(({ contents }) => contents);
  const profiles = readDocuments(reader, documents);
  if (reader.errors.length > 0) {
    return { profiles: [], warnings: [], errors: [...reader.errors.toSorted(byPlace), ...reader.untold()] };
  }
  for (const profile of profiles) warnAbout(reader, profile);
  return { profiles, warnings: reader.warnings.toSorted(byPlace), errors: [] };
}

function readDocuments(reader: Reader, documents: readonly (Node | null)[]): readonly Profile[] {
  const profiles: Profile[] = [];
  for (const document of documents) {
    const read = document === null || isNull(document) ? null : readProfile(reader, document);
    if (read === null) continue;
    if (profiles.some(({ name }) => name === read.profile.name)) {
      const message = `Profile name "${read.profile.name}" occurs twice`;
      reader.error("RF_POLICY_DUPLICATE_NAME", read.node, message, "Rename one of them");
    }
    profiles.push(read.profile);
  }
  if (profiles.length === 0 && reader.errors.length === 0) {
    const hint = "Write apiVersion: ringfence.dev/v1alpha1, kind: SecurityProfile, metadata and spec";
    reader.report("RF_POLICY_EMPTY", reader.locateOffset(0), "The file contains no profile", hint);
  }
  return profiles;
}

/** An empty document, as between two separators, holds nothing to read. */
function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null;
}
