import { type AgentConfig, RingfenceError, type SourceLocation } from "@ringfence/model";
import { agentConfigSchema } from "@ringfence/model/schemas";
import { type Document, isMap, isScalar, LineCounter, type Node, type Pair, type YAMLMap } from "yaml";
import { byPlace } from "../parse/by-place.js";
import { decodeText } from "../parse/decode-text.js";
import { readableDocuments } from "../parse/readable-documents.js";
import { Reader } from "../parse/reader.js";
import { choiceHint } from "../text/nearest.js";
import { keysAt } from "./keys-at.js";

/** What is wrong with a configuration: the parts of a zod issue that are used here. */
interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** Either a configuration, or every error in it, each at its place. */
export type ConfigResult =
  | { readonly config: AgentConfig; readonly errors: readonly [] }
  | { readonly config: null; readonly errors: readonly RingfenceError[] };

/** Reads the agent's configuration file. Never throws for what the text says; all errors have the code RF_CONFIG. */
export function parseAgentConfig(input: string | Uint8Array, file: string): ConfigResult {
  const text = decodeText(input, file);
  if (text instanceof RingfenceError) return refused([text]);
  const lines = new LineCounter();
  // Users, groups and services are a policy's; a configuration has none to look up.
  const reader = new Reader(file, lines, { uidOf: () => null, gidOf: () => null, portOf: () => null });
  const [document, second] = readableDocuments(reader, text, lines);
  if (second?.contents)
    report(reader, second.contents, "A second document follows", "Write one configuration");
  const isEmpty = document === undefined || document.contents === null;
  if (isEmpty && reader.errorCount === 0)
    reader.report(
      "RF_CONFIG",
      reader.locateOffset(0),
      "The file is empty",
      "Write apiVersion, kind and spec",
    );
  const config = isEmpty ? null : readDocument(reader, document);
  if (config !== null && reader.errorCount === 0) return { config, errors: [] };
  return refused(reader.errors.toSorted(byPlace));
}

function refused(errors: readonly RingfenceError[]): ConfigResult {
  return {
    config: null,
    errors: errors.map(
      ({ message, hint, location }) => new RingfenceError("RF_CONFIG", message, { hint, location }),
    ),
  };
}

function readDocument(reader: Reader, document: Document.Parsed): AgentConfig | null {
  refuseRepeatedKeys(reader, document.contents);
  const result = agentConfigSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  for (const issue of result.error.issues as readonly Issue[]) reportIssue(reader, document, issue);
  return null;
}

function reportIssue(reader: Reader, document: Document.Parsed, { code, path, message, keys }: Issue): void {
  if (code === "unrecognized_keys") {
    for (const key of keys ?? []) {
      const hint = choiceHint(key, keysAt(agentConfigSchema, path));
      reader.report("RF_CONFIG", locate(reader, document, [...path, key]), `Unknown key "${key}"`, hint);
    }
    return;
  }
  const name = path.length === 0 ? "The configuration" : `"${path.join(".")}"`;
  reader.report("RF_CONFIG", locate(reader, document, path), `${name}: ${message}`, "Correct the value");
}

/** Where the value at a path stands; an unknown key at the key itself, a missing one at what should hold it. */
function locate(reader: Reader, document: Document.Parsed, path: readonly PropertyKey[]): SourceLocation {
  let node: Node | null = document.contents;
  let place: Node | null = node;
  for (const key of path) {
    const pair: Pair<unknown, unknown> | undefined = isMap(node) ? pairOf(node, key) : undefined;
    if (pair === undefined) break;
    place = pair.key as Node;
    node = pair.value as Node | null;
  }
  return place === null ? reader.locateOffset(0) : reader.locate(place);
}

function pairOf(map: YAMLMap, key: PropertyKey): Pair<unknown, unknown> | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

function refuseRepeatedKeys(reader: Reader, node: unknown): void {
  if (!isMap(node)) return;
  const seen = new Set<string>();
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : "?";
    if (seen.has(name)) report(reader, key as Node, `Key "${name}" occurs twice`, "Remove one of the two");
    seen.add(name);
    refuseRepeatedKeys(reader, value);
  }
}

function report(reader: Reader, node: Node, message: string, hint: string): void {
  reader.error("RF_CONFIG", node, message, hint);
}
