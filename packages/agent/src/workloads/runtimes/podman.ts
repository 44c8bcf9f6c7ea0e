import { join } from "node:path";
import { namesIn, parseState, readBytes, readState, textAt, textsAt } from "./read-state.js";
import type { Runtime } from "./runtime.js";

/** How libpod begins the JSON that it keeps for a container. */
const configStart = Buffer.from('{"spec":');

/**
 * podman's containers, from its storage folder. Both files are written when the container is created, before it
 * has a cgroup. Labels are in libpod's database, for podman 4 a file in which the value lies in one piece; where it
 * does not, or the file is not there, they are unknown.
 */
export function podman(storage: string): Runtime {
  return {
    name: "podman",
    find(id) {
      for (const folder of namesIn(storage).filter((name) => name.endsWith("-containers"))) {
        const list = readState(join(storage, folder, "containers.json"));
        if (!Array.isArray(list)) continue;
        const entry: unknown = list.find((one) => textAt(one, "id") === id);
        const metadata = parseState(textAt(entry, "metadata") ?? "");
        const name = textAt(metadata, "name") ?? textAt(entry, "names", "0");
        if (name === undefined) continue;
        const image = textAt(metadata, "image-name") ?? "";
        return { facts: { id, name, image, labels: labelsOf(storage, id) }, started: null };
      }
      return null;
    },
  };
}

/** A container's labels never change, so one of its configurations is as good as another. */
function labelsOf(storage: string, id: string): Readonly<Record<string, string>> | null {
  const database = readBytes(join(storage, "libpod", "bolt_state.db"));
  if (database === undefined) return null;
  for (let at = database.indexOf(configStart); at >= 0; at = database.indexOf(configStart, at + 1)) {
    const config = parseState(objectAt(database, at));
    if (textAt(config, "id") === id) return textsAt(config, "labels");
  }
  return null;
}

/** The text of the JSON object that begins at a place: up to the brace that closes it, outside of strings. */
function objectAt(bytes: Buffer, start: number): string {
  let depth = 0;
  let inString = false;
  for (let at = start; at < bytes.length; at++) {
    const byte = String.fromCharCode(bytes[at] ?? 0);
    if (inString) {
      if (byte === "\\") at++;
      else if (byte === '"') inString = false;
    } else if (byte === '"') inString = true;
    else if (byte === "{") depth++;
    else if (byte === "}" && --depth === 0) return bytes.toString("utf8", start, at + 1);
  }
  return "";
}
