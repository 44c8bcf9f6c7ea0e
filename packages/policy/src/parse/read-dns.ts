import {
  type Address,
  type Dns,
  formatAddress,
  type NameTimes,
  type Peer,
  type Prefix,
  parseAddress,
  prefixContains,
  unmapAddress,
} from "@ringfence/model";
import type { Node } from "yaml";
import { publicResolvers } from "../names/public-resolvers.js";
import { RESOLVER_ROOM } from "../names/resolver-room.js";
import { parseDuration } from "../text/duration-text.js";
import { type Fault, isFault } from "../text/fault.js";
import { parsePeer } from "../text/peer-text.js";
import { readChoice } from "./read-choice.js";
import { readEach, readText } from "./read-list.js";
import { type Fields, readMap } from "./read-map.js";
import type { Reader } from "./reader.js";

const namesShape = { what: '"names"', keys: ["grace"] };
/** Multicast, and what is left of class E with the broadcast address. */
const manyHosts: readonly Prefix[] = [
  { address: { family: 4, value: 0xe000_0000n }, length: 3 },
  { address: { family: 6, value: 0xffn << 120n }, length: 8 },
];
const dnsShape = { what: '"dns"', keys: ["queries", "encrypted", "publicResolvers", "resolvers"] };

/** Reads `names` of a profile's spec: how long names hold. */
export function readNameTimes(reader: Reader, spec: Fields): NameTimes | null {
  const node = spec.get("names");
  const fields = node === null ? null : readMap(reader, node, namesShape);
  const grace = fields?.get("grace") ?? null;
  const text = grace === null ? null : readText(reader, grace, "grace");
  if (grace === null || text === null) return null;
  const duration = parseDuration(text);
  if (!isFault(duration)) return { graceSeconds: duration.seconds, location: reader.locate(grace) };
  reader.fault(duration, grace);
  return null;
}

/** Reads `dns` of a profile's spec, which is about what leaves and so needs `egress`. */
export function readDns(reader: Reader, spec: Fields): Dns | null {
  const node = spec.get("dns");
  const fields = node === null ? null : readMap(reader, node, dnsShape);
  if (node === null || fields === null) return null;
  if (!spec.has("egress")) {
    const message = 'Key "egress" is missing beside "dns", which is about what may leave';
    reader.error("RF_POLICY_MISSING_KEY", node, message, "Add egress with default: allow or deny");
  }
  const resolvers = fields.get("resolvers");
  return {
    queries: readChoice(reader, fields, "queries", ["enforce", "allow"]),
    encrypted: readEncrypted(reader, fields),
    resolvers: resolvers === null ? null : readResolvers(reader, resolvers),
    location: reader.locate(node),
  };
}

function readEncrypted(reader: Reader, fields: Fields): Dns["encrypted"] {
  const isDenied = readChoice(reader, fields, "encrypted", ["deny"]) !== null;
  const list = fields.get("publicResolvers");
  if (list === null) return isDenied ? publicResolvers : null;
  if (!fields.has("encrypted")) {
    const message = 'Key "publicResolvers" says nothing without "encrypted"';
    reader.error("RF_POLICY_MISSING_KEY", list, message, "Add encrypted: deny");
  }
  return readEach(reader, list, "publicResolvers", (item): readonly Peer[] => {
    const text = readText(reader, item, "publicResolvers");
    if (text === null) return [];
    const peer = parsePeer(text);
    if (!isFault(peer) && peer.kind === "prefix") return [peer];
    if (isFault(peer) && peer.code === "RF_POLICY_HOST_BITS") reader.fault(peer, item);
    else {
      const message = `"${text}" is no block of addresses`;
      reader.error("RF_POLICY_RESOLVER", item, message, "Write addresses or CIDRs");
    }
    return [];
  });
}

/** Each once; more than there is room for are an error at the first that is too many. */
function readResolvers(reader: Reader, node: Node): readonly Address[] {
  const found = new Map<string, Address>();
  return readEach(reader, node, "resolvers", (item): readonly Address[] => {
    const text = readText(reader, item, "resolvers");
    if (text === null) return [];
    const address = parseResolver(text);
    if (isFault(address)) {
      reader.fault(address, item);
      return [];
    }
    const key = formatAddress(address);
    if (found.has(key)) return [];
    found.set(key, address);
    if (found.size === RESOLVER_ROOM + 1) {
      const hint = `Leave those out that are not asked: there is room for ${RESOLVER_ROOM} in one run`;
      reader.error("RF_POLICY_RESOLVER", item, `Resolver "${text}" is one too many`, hint);
    }
    return [address];
  });
}

/** One address that answers can come from. */
function parseResolver(text: string): Address | Fault {
  const fault = (message: string, hint: string): Fault => ({ code: "RF_POLICY_RESOLVER", message, hint });
  const read = parseAddress(text);
  if (read === null) {
    const hint = "Write its address alone, without a port: 192.0.2.53";
    return fault(`Resolver "${text}" is not an IP address`, hint);
  }
  const address = unmapAddress(read);
  if (address.value === 0n) {
    return fault(
      `Resolver "${text}" is unspecified, and nobody answers from there`,
      "Write 127.0.0.1 or ::1",
    );
  }
  if (!manyHosts.some((block) => prefixContains(block, address))) return address;
  return fault(`Resolver "${text}" is no single host`, "Write the address that answers come from");
}
