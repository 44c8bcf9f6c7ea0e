import {
  addressBits,
  formatPrefix,
  hasHostBits,
  networkOf,
  type Peer,
  type PeerSet,
  parsePrefix,
  unmapPrefix,
} from "@ringfence/model";
import { type Fault, isFault } from "./fault.js";
import { parseName } from "./name-text.js";
import { nearest } from "./nearest.js";

const sets: readonly PeerSet[] = ["any", "localhost", "private"];
const example =
  "Write an address, a CIDR such as 10.0.0.0/8, a name such as example.com, any, localhost or private";

/** Reads one entry of `from`, which takes no names: who comes in is known by its address only. */
export function parseSource(text: string): Peer | Fault {
  const peer = parsePeer(text);
  if (isFault(peer) ? peer.code !== "RF_POLICY_DOMAIN" : peer.kind !== "name") return peer;
  const message = `Source "${text}" is a name, and who comes in is known by its address only`;
  return { code: "RF_POLICY_ADDRESS", message, hint: "Write addresses or CIDRs" };
}

/** Reads one entry of `to`: an address, a CIDR, a name, or the name of a set. */
export function parsePeer(text: string): Peer | Fault {
  const set = sets.find((name) => name === text);
  if (set !== undefined) return { kind: "set", set };
  const read = parsePrefix(text);
  if (read === null) return readName(text);
  const prefix = unmapPrefix(read);
  if (hasHostBits(prefix)) {
    const network = formatPrefix(networkOf(prefix));
    const address = formatPrefix({ ...prefix, length: addressBits(prefix.address.family) });
    return {
      code: "RF_POLICY_HOST_BITS",
      message: `CIDR "${text}" has bits set beyond its prefix length`,
      hint: `Write ${network} for the block, or ${address} for the one address`,
    };
  }
  if (prefix.address.value === 0n && prefix.length === addressBits(prefix.address.family)) {
    return {
      code: "RF_POLICY_ADDRESS",
      message: `Address "${text}" is unspecified, and packets to it go to loopback`,
      hint: "Write any for every destination, or localhost for this machine",
    };
  }
  return { kind: "prefix", prefix };
}

/** A name, unless the text shows that something else was meant. */
function readName(text: string): Peer | Fault {
  const fault = (message: string, hint: string): Fault => ({ code: "RF_POLICY_ADDRESS", message, hint });
  if (text === "*" || text === ".") {
    return fault(`Destination "${text}" is no name`, "Write any for every destination");
  }
  if (text === "cluster") {
    return {
      code: "RF_POLICY_UNSUPPORTED",
      message: 'Destination "cluster" is not supported in this version',
      hint: "Write addresses, CIDRs or names",
    };
  }
  const near = nearest(text, sets);
  if (near !== null) return fault(`Unknown destination "${text}"`, `Did you mean "${near}"?`);
  if (text.includes("%")) {
    return fault(`Address "${text}" has a zone`, "Write the address without % and what follows it");
  }
  if (text.includes("/")) return explainSlash(text);
  if (text.startsWith("[")) {
    const hint = "Write an IPv6 address without brackets, and its port as ports";
    return fault(`Destination "${text}" has brackets`, hint);
  }
  const [host = "", port] = text.split(":");
  if (port !== undefined && /[^0-9a-f]/i.test(host)) {
    return fault(
      `Destination "${text}" is not a name alone`,
      `Write to: ${host}, and what follows it as ports`,
    );
  }
  if (text.includes(":") || !/[\p{L}*]/u.test(text)) return fault(`"${text}" is not an IP address`, example);
  const pattern = parseName(text);
  return isFault(pattern) ? pattern : { kind: "name", pattern };
}

function explainSlash(text: string): Fault {
  if (text.includes("://")) {
    const host = text.replace(/^.*?:\/\//, "").replace(/[:/].*$/, "");
    return {
      code: "RF_POLICY_ADDRESS",
      message: `"${text}" is a URL`,
      hint: `Write to: ${host}, with ports`,
    };
  }
  const [address = "", length = ""] = text.split("/", 2);
  const base = parsePrefix(address);
  if (base === null) {
    return { code: "RF_POLICY_ADDRESS", message: `"${text}" is not a CIDR`, hint: example };
  }
  const most = addressBits(base.address.family);
  return {
    code: "RF_POLICY_ADDRESS",
    message: `"${length}" is not a prefix length in "${text}"`,
    hint: `Write a whole number from 0 to ${most}`,
  };
}
