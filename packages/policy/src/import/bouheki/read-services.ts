import { type Address, parseAddress } from "@ringfence/model";
import { isMap, type Node } from "yaml";
import { RESOLVER_ROOM } from "../../names/resolver-room.js";
import { readChoice } from "../../parse/read-choice.js";
import { readText } from "../../parse/read-list.js";
import { readMap } from "../../parse/read-map.js";
import type { Reader } from "../../parse/reader.js";
import type { EntryParser } from "../entry.js";
import { readBoolean, readPlaced } from "../read-entries.js";

const proxyShape = { what: '"dns_proxy"', keys: ["enable", "upstreams", "bind"] };
const logShape = { what: '"log"', keys: ["level", "format", "output", "max_size", "max_age", "labels"] };

/** What stands for a key of `log` here. */
const insteadOf: Readonly<Record<string, string>> = {
  level: "The log has every verdict that changes; choose lines by their outcome",
  format: "The log of ringfence run --log FILE is JSON",
  output: "Use ringfence run --log FILE",
  max_size: "Rotate the file with logrotate",
  max_age: "Rotate the file with logrotate",
  labels: "Use ringfence run --label KEY=VALUE",
};

const parseAddressEntry: EntryParser<Address> = (text) => {
  const value = parseAddress(text);
  if (value !== null) return { value };
  const hint = "Write its address alone, without a port: 192.0.2.53";
  return { code: "RF_POLICY_RESOLVER", message: `"${text}" is not an IP address`, hint };
};

/** The resolvers behind the DNS proxy, which Ringfence does without; null when there is none. */
export function readProxy(reader: Reader, node: Node | null): readonly Address[] | null {
  const fields = node === null ? null : readMap(reader, node, proxyShape);
  if (fields === null) return null;
  const bind = fields.get("bind");
  if (bind !== null) readPlaced(reader, bind, "bind", parseAddressEntry);
  const list = fields.get("upstreams");
  const upstreams = list === null ? [] : readPlaced(reader, list, "upstreams", parseAddressEntry);
  if (!readBoolean(reader, fields.get("enable"), "enable", false)) return null;
  const hint = "Let /etc/resolv.conf name a resolver again, not the proxy";
  const message =
    upstreams.length === 0
      ? 'The proxy of "dns_proxy" is not carried, and it has no upstreams: names are learned from what resolvers answer'
      : 'The proxy of "dns_proxy" is not carried: names are learned from what its upstreams answer';
  reader.warn("RF_IMPORT_LOST", reader.locate(fields.node), message, hint);
  for (const { location } of upstreams.slice(RESOLVER_ROOM)) {
    const lost = `Answers of this upstream do not count: there is room for ${RESOLVER_ROOM} resolvers`;
    reader.warn(
      "RF_IMPORT_LOST",
      location,
      lost,
      "Remove upstreams that are not asked: bouheki asks the first",
    );
  }
  return upstreams.length === 0 ? null : upstreams.slice(0, RESOLVER_ROOM).map(({ value }) => value);
}

/** Checks `log`, and says for each key what does its work. */
export function readLogging(reader: Reader, node: Node | null): void {
  const fields = node === null ? null : readMap(reader, node, logShape);
  if (fields === null) return;
  readChoice(reader, fields, "format", ["json", "text"]);
  for (const key of logShape.keys) {
    const value = fields.get(key);
    if (value === null || (!isMap(value) && readText(reader, value, key) === null)) continue;
    const hint = insteadOf[key] ?? "";
    reader.warn("RF_IMPORT_LOST", reader.locate(value), `"log.${key}" is no part of a policy`, hint);
  }
}
