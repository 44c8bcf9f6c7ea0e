import { type Address, type Dns, type NameTimes, type Peer, parseAddress } from "@ringfence/model";
import type { Node } from "yaml";
import { publicResolvers } from "../names/public-resolvers.js";
import { parseDuration } from "../text/duration-text.js";
import { isFault } from "../text/fault.js";
import { parsePeer } from "../text/peer-text.js";
import { readChoice } from "./read-choice.js";
import { readEach, readText } from "./read-list.js";
import { type Fields, readMap } from "./read-map.js";
import type { Reader } from "./reader.js";

const namesShape = { what: '"names"', keys: ["grace"] };
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

function readResolvers(reader: Reader, node: Node): readonly Address[] {
  return readEach(reader, node, "resolvers", (item): readonly Address[] => {
    const text = readText(reader, item, "resolvers");
    const address = text === null ? null : parseAddress(text);
    if (address !== null) return [address];
    if (text !== null) {
      const hint = "Write its address alone, without a port: 192.0.2.53";
      reader.error("RF_POLICY_RESOLVER", item, `Resolver "${text}" is not an IP address`, hint);
    }
    return [];
  });
}
