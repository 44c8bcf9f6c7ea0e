import type { Profile } from "@ringfence/model";
import type { Node } from "yaml";
import { choiceHint } from "../text/nearest.js";
import { readChoice, requireChoice } from "./read-choice.js";
import { readDirection } from "./read-direction.js";
import { readDns, readNameTimes } from "./read-dns.js";
import { readText } from "./read-list.js";
import { readListen } from "./read-listen.js";
import { type Fields, readMap } from "./read-map.js";
import { readName } from "./read-name.js";
import { readProcesses } from "./read-processes.js";
import { readUnattributed } from "./read-unattributed.js";
import type { Reader } from "./reader.js";

const apiVersion = "ringfence.dev/v1alpha1";
const kind = "SecurityProfile";
const documentShape = { what: "a profile", keys: ["apiVersion", "kind", "metadata", "spec"] };
const metadataShape = { what: '"metadata"', keys: ["name"] };
const specShape = {
  what: '"spec"',
  keys: ["mode", "onAgentDeath", "subject", "egress", "ingress", "listen", "unattributed", "names", "dns"],
};

/** A profile and the node that names it. */
export interface NamedProfile {
  readonly profile: Profile;
  readonly node: Node;
}

/** Reads one YAML document; null when too little of it is right. Whatever is wrong is reported. */
export function readProfile(reader: Reader, document: Node): NamedProfile | null {
  const fields = readMap(reader, document, documentShape);
  if (fields === null) return null;
  const isProfile = [
    requireWord(reader, fields, "apiVersion", apiVersion),
    requireWord(reader, fields, "kind", kind),
  ].every(Boolean);
  if (!isProfile) return null;
  const metadata = requireMap(reader, fields, "metadata", metadataShape);
  const nameNode =
    metadata === null ? null : requireKey(reader, metadata, "name", "Add name: my-profile", "metadata");
  const name = nameNode === null ? null : readName(reader, nameNode, "profile");
  const spec = requireMap(reader, fields, "spec", specShape);
  if (spec === null) return null;
  const mode = requireChoice(reader, spec, "mode", ["enforce", "audit", "off"], specShape.what);
  const death = readChoice(reader, spec, "onAgentDeath", ["keep", "open"]);
  const { subject, ...directions } = readBody(reader, spec, name ?? "");
  const profile: Profile = {
    name: name ?? "",
    mode: mode ?? "off",
    ...(death === "open" ? { onAgentDeath: death } : {}),
    subject,
    ...directions,
    location: reader.locate(nameNode ?? document),
  };
  return name === null ? null : { profile, node: nameNode ?? document };
}

function readBody(
  reader: Reader,
  spec: Fields,
  profile: string,
): Omit<Profile, "name" | "mode" | "location"> {
  const [subjectNode, egress, ingress, listen] = ["subject", "egress", "ingress", "listen"].map((key) =>
    spec.get(key),
  );
  const names = { profile, used: new Set<string>() };
  const subject = subjectNode ? readProcesses(reader, subjectNode, '"subject"') : null;
  return {
    subject,
    egress: egress ? readDirection(reader, egress, "egress", names) : null,
    ingress: ingress ? readDirection(reader, ingress, "ingress", names) : null,
    listen: listen ? readListen(reader, listen) : null,
    unattributed: readUnattributed(reader, spec, subject),
    names: readNameTimes(reader, spec),
    dns: readDns(reader, spec),
  };
}

/** True unless the key has another word than the one it must have; an absent key is reported and tolerated. */
function requireWord(reader: Reader, fields: Fields, key: string, word: string): boolean {
  const node = requireKey(reader, fields, key, `Add ${key}: ${word}`, "a profile");
  if (node === null) return true;
  const text = readText(reader, node, key);
  if (text === word) return true;
  if (text !== null)
    reader.error("RF_POLICY_VERSION", node, `Unknown ${key} "${text}"`, choiceHint(text, [word]));
  return false;
}

function requireMap(
  reader: Reader,
  fields: Fields,
  key: string,
  shape: Parameters<typeof readMap>[2],
): Fields | null {
  const node = requireKey(reader, fields, key, `Add ${key} with ${shape.keys.join(", ")}`, "a profile");
  return node === null ? null : readMap(reader, node, shape);
}

function requireKey(reader: Reader, fields: Fields, key: string, hint: string, what: string): Node | null {
  if (!fields.has(key)) {
    reader.error("RF_POLICY_MISSING_KEY", fields.node, `Key "${key}" is missing in ${what}`, hint);
  }
  return fields.get(key);
}
