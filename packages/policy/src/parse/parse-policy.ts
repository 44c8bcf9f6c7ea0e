import { type Profile, RingfenceError } from "@ringfence/model";
import { type Document, LineCounter, type ParsedNode, parseAllDocuments, visit } from "yaml";
import type { Resolver } from "../resolver.js";
import { warnAbout } from "../warn/warn-about.js";
import { decodeText } from "./decode-text.js";
import { readProfile } from "./read-profile.js";
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
  const profiles = readDocuments(reader, parseDocuments(reader, text, lines));
  if (reader.errors.length > 0) {
    return { profiles: [], warnings: [], errors: reader.errors.toSorted(byPlace) };
  }
  for (const profile of profiles) warnAbout(reader, profile);
  return { profiles, warnings: reader.warnings.toSorted(byPlace), errors: [] };
}

function byPlace({ location: a }: RingfenceError, { location: b }: RingfenceError): number {
  if (a === undefined || b === undefined) return 0;
  return a.line - b.line || a.column - b.column;
}

function parseDocuments(reader: Reader, text: string, lines: LineCounter): readonly Document.Parsed[] {
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      // Duplicate keys are looked for while reading, where the message can name the map.
      uniqueKeys: false,
      schema: "core",
      logLevel: "silent",
    });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const options = {
      hint: "Write the policy without deep nesting",
      location: reader.locateOffset(0),
      cause: error,
    };
    reader.errors.push(new RingfenceError("RF_POLICY_YAML", "The YAML is nested too deeply", options));
    return [];
  }
}

function readDocuments(reader: Reader, documents: readonly Document.Parsed[]): readonly Profile[] {
  const profiles: Profile[] = [];
  for (const document of documents) {
    if (!isReadable(reader, document)) continue;
    const read =
      document.contents === null || isNull(document.contents) ? null : readProfile(reader, document.contents);
    if (read === null) continue;
    if (profiles.some(({ name }) => name === read.profile.name)) {
      const message = `Profile name "${read.profile.name}" occurs twice`;
      reader.error("RF_POLICY_DUPLICATE_NAME", read.node, message, "Rename one of them");
    }
    profiles.push(read.profile);
  }
  if (profiles.length === 0 && reader.errors.length === 0) {
    const options = {
      hint: "Write apiVersion: ringfence.dev/v1alpha1, kind: SecurityProfile, metadata and spec",
      location: reader.locateOffset(0),
    };
    reader.errors.push(new RingfenceError("RF_POLICY_EMPTY", "The file contains no profile", options));
  }
  return profiles;
}

/** Reports broken syntax and aliases, behind which a document cannot be read. */
function isReadable(reader: Reader, document: Document.Parsed): boolean {
  const before = reader.errors.length;
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    const options = { hint: "Correct the syntax, or quote the text", location: reader.locateOffset(pos[0]) };
    reader.errors.push(new RingfenceError("RF_POLICY_YAML", `Cannot read YAML: ${message}`, options));
  }
  visit(document, {
    Alias: (_key, alias) => {
      reader.error(
        "RF_POLICY_ALIAS",
        alias,
        `Alias "*${alias.source}" is not allowed`,
        "Write the value out",
      );
    },
  });
  return reader.errors.length === before;
}

/** An empty document, as between two separators, holds nothing to read. */
function isNull(node: ParsedNode): boolean {
  return "value" in node && node.value === null;
}
