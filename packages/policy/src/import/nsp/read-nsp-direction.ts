import { isSeq, type Node } from "yaml";
import { readText } from "../../parse/read-list.js";
import { type Fields, readMap } from "../../parse/read-map.js";
import type { Reader } from "../../parse/reader.js";
import { choiceHint, nearest } from "../../text/nearest.js";
import { parseCidrEntry } from "../cidr-entry.js";
import type { EntryParser } from "../entry.js";
import { parseNameEntry } from "../name-entry.js";
import type { Placed } from "../placed.js";
import { readPlaced } from "../read-entries.js";
import { isIcmp } from "./is-icmp.js";
import type { Application, NspDirection, Transport } from "./nsp-profile.js";
import { linkProtocols, otherTransports } from "./protocol-names.js";
import { warnAboutLayers, warnAboutRest } from "./warn-about-direction.js";

const common = ["cidr4", "cidr6", "l3", "l4", "l7"];
const transports: readonly Transport[] = ["tcp", "udp", "sctp", "icmp", "icmpv6"];
const applications: readonly Application[] = ["dns", "http", "https"];
const highestPort = 65_535;

/** Reads what a profile allows in one direction; `isRest` is for the part about packets of no process. */
export function readNspDirection(
  reader: Reader,
  node: Node,
  key: "egress" | "ingress",
  isRest: boolean,
): NspDirection | null {
  const shape = { what: `"${key}"`, keys: key === "egress" ? ["fqdns", ...common] : common };
  const fields = readMap(reader, node, shape);
  if (fields === null) return null;
  const list = <T>(name: string, parse: EntryParser<T>): readonly Placed<T>[] => {
    const found = fields.get(name);
    return found === null ? [] : readPlaced(reader, found, name, parse);
  };
  const l3 = layer(reader, fields, "l3", ["protocols"]);
  const l4 = layer(reader, fields, "l4", ["protocols", "protocolPorts"]);
  const l7 = layer(reader, fields, "l7", ["protocols", "dns", "http"]);
  const direction: NspDirection = {
    location: reader.locate(node),
    fqdns: list("fqdns", parseNameEntry),
    cidrs: [...list("cidr4", cidrOf(4)), ...list("cidr6", cidrOf(6))],
    families: readFamilies(reader, l3?.get("protocols") ?? null),
    protocols: readTransports(reader, l4?.get("protocols") ?? null),
    ports: readPorts(reader, l4?.get("protocolPorts") ?? null),
    ...readLayer7(reader, l7, key),
  };
  if (isRest) warnAboutRest(reader, direction);
  else warnAboutLayers(reader, direction, key);
  return direction;
}

function layer(reader: Reader, fields: Fields, name: string, keys: readonly string[]): Fields | null {
  const node = fields.get(name);
  return node === null ? null : readMap(reader, node, { what: `"${name}"`, keys });
}

/** A block of the family that its key names. */
function cidrOf(family: 4 | 6): EntryParser<NspDirection["cidrs"][number]["value"]> {
  return (text, key) => {
    const entry = parseCidrEntry(text, key);
    if ("code" in entry || entry.value.address.family === family) return entry;
    return {
      code: "RF_POLICY_ADDRESS",
      message: `"${text}" is no IPv${family} block`,
      hint: `Move it to cidr${family === 4 ? 6 : 4}`,
    };
  };
}

function readFamilies(reader: Reader, node: Node | null): NspDirection["families"] {
  return itemsOf(node).flatMap((item): NspDirection["families"] => {
    const text = readText(reader, item, "l3.protocols");
    const location = reader.locate(item);
    if (text === null) return [];
    if (text === "ipv4" || text === "ipv6") return [{ value: text === "ipv4" ? 4 : 6, location }];
    const near = linkProtocols.includes(text) ? null : nearest(text, ["ipv4", "ipv6", ...linkProtocols]);
    if (near !== null) {
      reader.error("RF_POLICY_VALUE", item, `Unknown protocol "${text}"`, `Did you mean "${near}"?`);
    } else {
      const message = `"${text}" is not carried: Ringfence judges IP only, and lets other protocols of the link pass`;
      reader.warn("RF_IMPORT_LOST", location, message, "Remove it, or judge it with nftables");
    }
    return [];
  });
}

function readTransports(reader: Reader, node: Node | null): NspDirection["protocols"] {
  return itemsOf(node).flatMap((item): NspDirection["protocols"] => {
    const text = readText(reader, item, "l4.protocols");
    const value = text === null ? null : transportOf(reader, item, text);
    return value === null ? [] : [{ value, location: reader.locate(item) }];
  });
}

function transportOf(reader: Reader, node: Node, text: string): Transport | null {
  const carried = transports.find((word) => word === text);
  if (carried !== undefined) return carried;
  if (otherTransports.includes(text)) {
    const message = `"${text}" is not carried: rules cannot name it, so it is denied by default`;
    reader.warn(
      "RF_IMPORT_LOST",
      reader.locate(node),
      message,
      "Allow its addresses in a rule without ports and protocol",
    );
  } else {
    const hint = choiceHint(text, [...transports, ...otherTransports]);
    reader.error("RF_POLICY_PROTOCOL", node, `Unknown protocol "${text}"`, hint);
  }
  return null;
}

function readPorts(reader: Reader, node: Node | null): NspDirection["ports"] {
  return itemsOf(node).flatMap((item): NspDirection["ports"] => {
    const fields = readMap(reader, item, { what: '"protocolPorts"', keys: ["protocol", "port"] });
    const [protocolNode, portNode] = [fields?.get("protocol") ?? null, fields?.get("port") ?? null];
    if (protocolNode === null || portNode === null) {
      if (fields !== null) {
        const message = '"protocolPorts" needs both a protocol and a port';
        reader.error("RF_POLICY_MISSING_KEY", item, message, "Write { protocol: tcp, port: 80 }");
      }
      return [];
    }
    const word = readText(reader, protocolNode, "protocol");
    const protocol = word === null ? null : transportOf(reader, protocolNode, word);
    const text = readText(reader, portNode, "port");
    if (text === null || protocol === null) return [];
    if (!/^[0-9]+$/.test(text) || Number(text) > highestPort) {
      reader.error(
        "RF_POLICY_PORT_RANGE",
        portNode,
        `"${text}" is not a port`,
        `Write a number from 0 to ${highestPort}`,
      );
      return [];
    }
    if (!isIcmp(protocol))
      return [{ value: { protocol, port: Number(text) }, location: reader.locate(item) }];
    reader.error("RF_POLICY_PROTOCOL", protocolNode, "ICMP has no ports", "Write it into l4.protocols");
    return [];
  });
}

function readLayer7(
  reader: Reader,
  l7: Fields | null,
  key: "egress" | "ingress",
): Pick<NspDirection, "applications" | "questions"> {
  for (const rule of itemsOf(l7?.get("http") ?? null)) {
    const message =
      "Rules for HTTP are not carried: Ringfence does not look into HTTP, and neither did Network Security Probe";
    reader.warn(
      "RF_IMPORT_LOST",
      reader.locate(rule),
      message,
      "Allow the name and the port, and let a proxy look at requests",
    );
  }
  const dns = l7?.get("dns") ?? null;
  if (dns !== null && key === "ingress") {
    const message = '"l7.dns" has no effect on what comes in, in Network Security Probe either';
    reader.warn("RF_IMPORT_LOST", reader.locate(dns), message, "Remove it");
  }
  const words = itemsOf(l7?.get("protocols") ?? null).flatMap(
    (item): readonly Placed<Application | "*">[] => {
      const text = readText(reader, item, "l7.protocols");
      const value = [...applications, "*" as const].find((word) => word === text);
      if (value !== undefined) return [{ value, location: reader.locate(item) }];
      if (text !== null) {
        reader.error(
          "RF_POLICY_VALUE",
          item,
          `Unknown protocol "${text}"`,
          choiceHint(text, [...applications, "*"]),
        );
      }
      return [];
    },
  );
  const named = words.flatMap(({ value, location }) => (value === "*" ? [] : [{ value, location }]));
  return {
    applications: named.length < words.length ? null : named,
    questions: dns === null || key === "ingress" ? [] : readPlaced(reader, dns, "l7.dns", parseNameEntry),
  };
}

function itemsOf(node: Node | null): readonly Node[] {
  return isSeq(node) ? (node.items as Node[]) : node === null ? [] : [node];
}
