import { type Document, type LineCounter, visit } from "yaml";
import type { Reader } from "./reader.js";
import { UnbearableYaml, yamlDocuments } from "./yaml-documents.js";

/** The documents of a file that can be read on; what is wrong with the others is reported. */
export function readableDocuments(
  reader: Reader,
  text: string,
  lines: LineCounter,
): readonly Document.Parsed[] {
  return parseDocuments(reader, text, lines).filter((document) => isReadable(reader, document));
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
        `YAML reads *${alias.source} as an alias, which is not allowed`,
        `Write a name with a star in quotes, "*${alias.source}", and any other value out`,
      );
    },
  });
  return reader.errorCount === before;
}
