import { readdirSync, readFileSync } from "node:fs";

/** The JSON in a state file; undefined for one that is not there, or is being written. */
export function readState(file: string): unknown {
  return parseState(readBytes(file)?.toString("utf8") ?? "");
}

/** The same for JSON at hand. */
export function parseState(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** The value behind some keys; undefined where one is missing, as another version of the writer may leave it out. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  let at = value;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}

/** The text behind some keys. */
export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === "string" ? found : undefined;
}

/** The texts in the map behind some keys; none where there is no map. */
export function textsAt(value: unknown, ...keys: readonly string[]): Record<string, string> {
  const found = valueAt(value, ...keys);
  if (typeof found !== "object" || found === null) return {};
  return Object.fromEntries(Object.entries(found).filter(([, text]) => typeof text === "string"));
}

/** The bytes of a file; undefined when it cannot be read. */
export function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Names in a folder; none when it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** False for a container id that would lead out of the folder that it names a file in. */
export function isFileName(id: string): boolean {
  return id !== "" && id !== "." && id !== ".." && !id.includes("/");
}
