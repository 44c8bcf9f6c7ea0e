import type { SourceLocation } from "@ringfence/model";
import type { Node } from "yaml";
import { readChoice } from "../../parse/read-choice.js";
import { type Fields, readMap } from "../../parse/read-map.js";
import type { Reader } from "../../parse/reader.js";
import { parseCidrEntry } from "../cidr-entry.js";
import type { EntryParser } from "../entry.js";
import { parseNameEntry } from "../name-entry.js";
import { readBoolean, readPlaced } from "../read-entries.js";
import type { AllowDeny, BouhekiConfig } from "./bouheki-config.js";
import { parseCommandEntry, parseIdEntry } from "./entry-text.js";
import { readLostModule } from "./read-lost-module.js";
import { readLogging, readProxy } from "./read-services.js";

const topShape = { what: "a bouheki file", keys: ["network", "files", "mount", "dns_proxy", "log"] };
const networkShape = {
  what: '"network"',
  keys: ["enable", "mode", "target", "cidr", "domain", "command", "uid", "gid"],
};

/** Reads a bouheki file; reports what is wrong, and warns of what cannot be carried. Null when it is no map. */
export function readConfig(reader: Reader, document: Node): BouhekiConfig | null {
  const top = readMap(reader, document, topShape);
  if (top === null) return null;
  const node = top.get("network");
  const network = node === null ? null : readMap(reader, node, networkShape);
  for (const key of ["files", "mount"] as const) readLostModule(reader, top, key);
  readLogging(reader, top.get("log"));
  return {
    enable: readBoolean(reader, network?.get("enable") ?? null, "enable", true),
    mode: (network && readChoice(reader, network, "mode", ["monitor", "block"])) ?? "monitor",
    target: (network && readChoice(reader, network, "target", ["host", "container"])) ?? "host",
    cidr: readAllowDeny(reader, network, "cidr", parseCidrEntry),
    domain: readAllowDeny(reader, network, "domain", parseNameEntry),
    command: readAllowDeny(reader, network, "command", parseCommandEntry),
    uid: readAllowDeny(reader, network, "uid", parseIdEntry),
    gid: readAllowDeny(reader, network, "gid", parseIdEntry),
    upstreams: readProxy(reader, top.get("dns_proxy")),
    places: placesOf(reader, network),
  };
}

function readAllowDeny<T>(
  reader: Reader,
  network: Fields | null,
  key: string,
  parse: EntryParser<T>,
): AllowDeny<T> {
  const node = network?.get(key) ?? null;
  const keys = ["allow", "deny", ...(key === "domain" ? ["interval"] : [])];
  const fields = node === null ? null : readMap(reader, node, { what: `"${key}"`, keys });
  const list = (side: "allow" | "deny") => {
    const found = fields?.get(side) ?? null;
    return found === null ? null : readPlaced(reader, found, `${key}.${side}`, parse);
  };
  const interval = fields?.get("interval") ?? null;
  if (interval !== null) {
    const message = '"domain.interval" has no effect, in bouheki either';
    reader.warn("RF_IMPORT_LOST", reader.locate(interval), message, "Remove it");
  }
  return { allow: list("allow"), deny: list("deny") ?? [] };
}

function placesOf(reader: Reader, network: Fields | null): ReadonlyMap<string, SourceLocation> {
  return new Map(
    networkShape.keys.flatMap((key) => {
      const node = network?.get(key) ?? null;
      return node === null ? [] : [[key, reader.locate(node)] as const];
    }),
  );
}
