import { isScalar, isSeq, type Node } from "yaml";
import { readItems, readString, readText } from "../../parse/read-list.js";
import { type Fields, readMap } from "../../parse/read-map.js";
import { readName } from "../../parse/read-name.js";
import type { Reader } from "../../parse/reader.js";
import { choiceHint } from "../../text/nearest.js";
import { checkPattern } from "../../text/path-text.js";
import type { Placed } from "../placed.js";
import type { NspPolicy, NspProcess, NspProfile } from "./nsp-profile.js";
import { readNspDirection } from "./read-nsp-direction.js";

const groups = ["securityprobe.datadoghq.com/v1", "security.datadoghq.com/v1"];
const topShape = { what: "a SecurityProfile", keys: ["apiVersion", "kind", "metadata", "spec"] };
const metadataShape = { what: '"metadata"', keys: ["name", "namespace", "labels", "annotations"] };
const specShape = { what: '"spec"', keys: ["labelSelector", "actions", "attacks", "default", "processes"] };
const processShape = { what: "a process", keys: ["path", "network"] };
const networkShape = { what: '"network"', keys: ["egress", "ingress"] };
const actions = ["alert", "enforce", "trace-dns", "ignore"];

/** Reads one document; null when too little of it is right. Reports what is wrong, warns of what is not carried. */
export function readNspProfile(reader: Reader, document: Node): NspProfile | null {
  const top = readMap(reader, document, topShape);
  if (top === null) return null;
  const isNsp = [
    requireWord(reader, top, "apiVersion", groups),
    requireWord(reader, top, "kind", ["SecurityProfile"]),
  ];
  if (isNsp.includes(false)) return null;
  const name = readMetadata(reader, top);
  const specNode = required(reader, top, "spec", "actions and processes");
  const spec = specNode === null ? null : readMap(reader, specNode, specShape);
  if (spec === null) return null;
  warnAboutLost(reader, spec);
  return {
    name: name ?? "nsp",
    mode: readMode(reader, spec),
    rest: readPolicy(reader, spec.get("default"), '"default"', true),
    processes: readProcesses(reader, spec.get("processes")),
  };
}

function readMetadata(reader: Reader, top: Fields): string | null {
  const node = required(reader, top, "metadata", "a name");
  const fields = node === null ? null : readMap(reader, node, metadataShape);
  if (fields === null) return null;
  const nameNode = required(reader, fields, "name", "the profile's name");
  const lost = (key: string, message: string) => {
    const found = fields.get(key);
    const hint = "Narrow the profile with subject, or run the workload with ringfence run";
    if (found !== null) reader.warn("RF_IMPORT_LOST", reader.locate(found), message, hint);
  };
  lost("labels", '"labels" choose workloads in Network Security Probe, and are not carried');
  lost(
    "namespace",
    '"namespace" is where workloads are looked for in Network Security Probe, and is not carried',
  );
  return nameNode === null ? null : readName(reader, nameNode, "profile");
}

function warnAboutLost(reader: Reader, spec: Fields): void {
  const selector = spec.get("labelSelector");
  if (selector !== null) {
    const message = '"labelSelector" is not carried, and Network Security Probe never read it';
    reader.warn("RF_IMPORT_LOST", reader.locate(selector), message, "Narrow the profile with subject");
  }
  for (const { value, location } of readWords(reader, spec.get("attacks"), "attacks", ["arp-spoofing"])) {
    const message = `"${value}" is not carried: Ringfence does not look at ARP, and neither did Network Security Probe`;
    reader.warn("RF_IMPORT_LOST", location, message, "Use static neighbours, or port security of the switch");
  }
}

/** What the actions come to, and where the one stands that says so. */
function readMode(reader: Reader, spec: Fields): NspProfile["mode"] {
  const words = readWords(reader, spec.get("actions"), "actions", actions);
  const find = (word: string) => words.find(({ value }) => value === word);
  const [enforce, alert, trace] = ["enforce", "alert", "trace-dns"].map(find);
  if (trace !== undefined) {
    const message = '"trace-dns" is not carried: it is no part of a policy here';
    reader.warn("RF_IMPORT_LOST", trace.location, message, "Look for queries in log and report");
  }
  if (enforce !== undefined) return { value: "enforce", location: enforce.location };
  if (alert !== undefined) return { value: "audit", location: alert.location };
  const location = words[0]?.location ?? reader.locate(spec.node);
  const message = "The actions of the profile neither alert nor enforce: it is off";
  reader.warn("RF_IMPORT_DIFFERS", location, message, "Add enforce, or alert to be told only");
  return { value: "off", location };
}

function readWords(
  reader: Reader,
  node: Node | null,
  key: string,
  words: readonly string[],
): readonly Placed<string>[] {
  const items = isSeq(node) ? (node.items as Node[]) : node === null ? [] : [node];
  return items.flatMap((item) => {
    const text = readText(reader, item, key);
    if (text === null) return [];
    if (words.includes(text)) return [{ value: text, location: reader.locate(item) }];
    reader.error("RF_POLICY_VALUE", item, `Unknown value "${text}" in "${key}"`, choiceHint(text, words));
    return [];
  });
}

function readProcesses(reader: Reader, node: Node | null): readonly NspProcess[] {
  if (node === null) return [];
  return readItems(reader, node, "processes").flatMap((item) => {
    const fields = readMap(reader, item, processShape);
    const pathNode = fields === null ? null : required(reader, fields, "path", "the path of a binary");
    if (fields === null || pathNode === null) return [];
    const path = readPath(reader, pathNode);
    const policy = readPolicy(reader, fields.get("network"), '"network"', false);
    return path === null ? [] : [{ path: { value: path, location: reader.locate(pathNode) }, policy }];
  });
}

function readPath(reader: Reader, node: Node): string | null {
  const path = readString(reader, node, "path");
  if (path === null) return null;
  const fault = checkPattern(path);
  if (fault !== null) reader.fault(fault, node);
  else if (path.includes("*")) {
    const message = `Path "${path}" never matches: paths have no wildcards there`;
    reader.error(
      "RF_POLICY_PATTERN",
      node,
      message,
      "Write the path, and put the star into the policy that comes out",
    );
  }
  return path;
}

function readPolicy(reader: Reader, node: Node | null, what: string, isRest: boolean): NspPolicy {
  const fields = node === null ? null : readMap(reader, node, { ...networkShape, what });
  const direction = (key: "egress" | "ingress") => {
    const found = fields?.get(key) ?? null;
    return found === null ? null : readNspDirection(reader, found, key, isRest);
  };
  return { egress: direction("egress"), ingress: direction("ingress") };
}

function requireWord(reader: Reader, fields: Fields, key: string, words: readonly string[]): boolean {
  const node = required(reader, fields, key, words[0] ?? "");
  if (node === null) return false;
  const text = isScalar(node) ? readText(reader, node, key) : null;
  if (text !== null && words.includes(text)) return true;
  reader.error("RF_POLICY_VERSION", node, `Unknown ${key} "${text ?? ""}"`, choiceHint(text ?? "", words));
  return false;
}

function required(reader: Reader, fields: Fields, key: string, what: string): Node | null {
  if (!fields.has(key)) {
    const message = `Key "${key}" is missing in a SecurityProfile of Network Security Probe`;
    reader.error("RF_POLICY_MISSING_KEY", fields.node, message, `Add ${key} with ${what}`);
  }
  return fields.get(key);
}
