import type { Profile, Unattributed } from "@ringfence/model";
import { readChoice } from "./read-choice.js";
import type { Fields } from "./read-map.js";
import type { Reader } from "./reader.js";

/** Reads `unattributed` of a profile's spec, which needs the host as its subject: such traffic has no process. */
export function readUnattributed(
  reader: Reader,
  spec: Fields,
  subject: Profile["subject"],
): Unattributed | null {
  const node = spec.get("unattributed");
  if (node === null) return null;
  const action = readChoice(reader, spec, "unattributed", ["deny", "allow"]);
  const isHost = subject?.every((item) => item.host === true && Object.keys(item).length === 1) ?? false;
  if (!isHost) {
    const message = 'Key "unattributed" needs the host as subject: such traffic has no process';
    reader.error("RF_POLICY_UNATTRIBUTED", node, message, "Write subject: { host: true }, or remove the key");
  }
  return action === null ? null : { action, location: reader.locate(node) };
}
