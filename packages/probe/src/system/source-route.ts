import { v4Bytes, v6Bytes } from "./sockaddr.js";

const SOL_IP = 0;
const IP_RETOPTS = 7;
const IPPROTO_IPV6 = 41;
const IPV6_RTHDR = 57;

/** IPv4 options with a loose source route (RFC 791) by way of one address, padded to words. */
export function looseSourceRoute(via: string): Uint8Array {
  return Uint8Array.from([131, 7, 4, ...v4Bytes(via), 0]);
}

/** The same with a strict one: every hop is given. */
export function strictSourceRoute(via: string): Uint8Array {
  return Uint8Array.from([137, 7, 4, ...v4Bytes(via), 0]);
}

/** A segment routing header (RFC 8754) with two segments. */
export function segmentRouting(via: string): Uint8Array {
  return Uint8Array.from([0, 4, 4, 1, 1, 0, 0, 0, ...v6Bytes(via), ...v6Bytes(via)]);
}

/** A type 2 routing header (RFC 6275), with one home address. */
export function mobileRouting(via: string): Uint8Array {
  return Uint8Array.from([0, 2, 2, 1, 0, 0, 0, 0, ...v6Bytes(via)]);
}

/** The control message that puts such a route into one datagram. */
export function routeControl(kind: "lsrr" | "ssrr" | "rthdr2", via: string): Uint8Array {
  if (kind === "ssrr") return controlMessage(SOL_IP, IP_RETOPTS, strictSourceRoute(via));
  if (kind === "lsrr") return controlMessage(SOL_IP, IP_RETOPTS, looseSourceRoute(via));
  return controlMessage(IPPROTO_IPV6, IPV6_RTHDR, mobileRouting(via));
}

function controlMessage(level: number, type: number, data: Uint8Array): Uint8Array {
  const HEADER = 16;
  const bytes = new Uint8Array(HEADER + Math.ceil(data.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(HEADER + data.length), true);
  view.setUint32(8, level, true);
  view.setUint32(12, type, true);
  bytes.set(data, HEADER);
  return bytes;
}
