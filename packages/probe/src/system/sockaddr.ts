import { AF_INET, AF_INET6, AF_PACKET } from "./numbers.js";

const ETH_P_IP = 0x0800;

/** AF_INET6 for text with a colon, also for a v4-mapped address; else AF_INET. */
export function familyOf(address: string): number {
  return address.includes(":") ? AF_INET6 : AF_INET;
}

/** struct sockaddr_in or sockaddr_in6 for an address as text, without any normalisation. */
export function sockaddr(address: string, port: number): Uint8Array {
  const family = familyOf(address);
  const bytes = new Uint8Array(family === AF_INET ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  view.setUint16(2, port);
  if (family === AF_INET) bytes.set(v4Bytes(address), 4);
  else bytes.set(v6Bytes(address), 8);
  return bytes;
}

/** struct sockaddr_ll for everybody on an interface's link, with IPv4 as the protocol. */
export function linkSockaddr(interfaceIndex: number): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETH_P_IP);
  view.setInt32(4, interfaceIndex, true);
  bytes[11] = 6; // bytes of the address that follows
  bytes.fill(0xff, 12, 18);
  return bytes;
}

/** The 4 bytes of a dotted address. */
export function v4Bytes(text: string): number[] {
  return text.split(".").map(Number);
}

/** The 16 bytes of an IPv6 address, a dotted end allowed. */
export function v6Bytes(text: string): number[] {
  const dotted = /[^:]+\.[^:]+$/.exec(text)?.[0];
  const plain = dotted === undefined ? text : `${text.slice(0, -dotted.length)}${hexGroups(v4Bytes(dotted))}`;
  const [left = "", right] = plain.split("::");
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const gap = new Array<number>(8 - head.length - tail.length).fill(0);
  return [...head, ...gap, ...tail].flatMap((group) => [group >> 8, group & 0xff]);
}

function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

function hexGroups([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string {
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
