import { type Profile, RingfenceError } from "@ringfence/model";
import { type Document, LineCounter, type ParsedNode, visit } from "yaml";
import type { Resolver } from "../resolver.js";
import { warnAbout } from "../warn/warn-about.js";
import { decodeText } from "./decode-text.js";
import { readProfile } from "./read-profile.js";
import { Reader } from "./reader.js";
import { UnbearableYaml, yamlDocuments } from "./yaml-documents.js";

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
    return { profiles: [], warnings: [], errors: [...reader.errors.toSorted(byPlace), ...reader.untold()] };
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
    return [...yamlDocuments(text, lines)];
  } catch (error) {
    if (!(error instanceof UnbearableYaml)) throw error;
    const location = reader.locateOffset(error.offset);
    if (error.kind === "depth") {
      const message = `The YAML is nested too deeply: ${error.message}`;
      reader.report("RF_POLICY_YAML", location, message, "Write the policy without deep nesting");
    } else {
      const message = `The policy is too large: ${error.message}`;
      reader.report(
        "RF_POLICY_TOO_LARGE",
        location,
        message,
        "Split it, or replace long lists by wider prefixes",
      );
    }
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
    const hint = "Write apiVersion: ringfence.dev/v1alpha1, kind: SecurityProfile, metadata and spec";
    reader.report("RF_POLICY_EMPTY", reader.locateOffset(0), "The file contains no profile", hint);
  }
  return profiles;
}

/** Reports broken syntax and aliases, behind which a document cannot be read. */
function isReadable(reader: Reader, document: Document.Parsed): boolean {
  const before = reader.errorCount;
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    const hint = "Correct the syntax, or quote the text";
    reader.report("RF_POLICY_YAML", reader.locateOffset(pos[0]), `Cannot read YAML: ${message}`, hint);
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
  return reader.errorCount === before;
}

/** An empty document, as between two separators, holds nothing to read. */
function isNull(node: ParsedNode): boolean {
  return "value" in node && node.value === null;
}
