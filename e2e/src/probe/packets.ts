import { AF_INET6, errnoName, familyOf, libc, sockaddr } from "@ringfence/probe";
import type { PacketAttempt } from "./attempt.js";
import { makeSocket } from "./make-socket.js";

const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const AF_PACKET = 17;
const ETH_P_IP = 0x0800;
const LOOPBACK = 1;
const ICMP = 1;
const ICMPV6 = 58;
const UDP = 17;
const SCTP = 132;
const FRAGMENT = 44;

export function tryPacket(attempt: PacketAttempt): string {
  const { to = "127.0.0.1", port = 9 } = attempt;
  if (attempt.op === "socket") {
    const { family = 2, type = 1, protocol = 0 } = attempt;
    return sendThrough(libc.socket(family, type, protocol), null, null);
  }
  if (attempt.op === "frame") {
    const fd = libc.socket(AF_PACKET, SOCK_DGRAM, networkOrder(ETH_P_IP));
    return sendThrough(fd, new Uint8Array(28), linkAddress(LOOPBACK));
  }
  const v6 = familyOf(to) === AF_INET6;
  if (attempt.op === "ping") {
    const fd = makeSocket(attempt.maker, familyOf(to), SOCK_DGRAM, v6 ? ICMPV6 : ICMP);
    if (typeof fd === "string") return fd;
    return sendThrough(fd, Uint8Array.from([v6 ? 128 : 8, 0, 0, 0, 0, 0, 0, 1]), sockaddr(to, 0));
  }
  if (attempt.op === "raw-fragment") {
    const fd = libc.socket(AF_INET6, SOCK_RAW, FRAGMENT);
    return sendThrough(fd, behindFragments(datagram(port)), sockaddr(to, 0));
  }
  const fd = libc.socket(familyOf(to), SOCK_RAW, attempt.op === "raw-sctp" ? SCTP : UDP);
  return sendThrough(fd, datagram(port), sockaddr(to, 0));
}

function networkOrder(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}

/** struct sockaddr_ll of an Ethernet interface. */
function linkAddress(ifindex: number): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETH_P_IP);
  view.setInt32(4, ifindex, true);
  view.setUint8(11, 6);
  return bytes;
}

/** A UDP header without checksum, and four bytes. The ports are where SCTP has them, whose header is as long. */
function datagram(port: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 9);
  view.setUint16(2, port);
  view.setUint16(4, bytes.length);
  return bytes;
}

/** Two IPv6 fragment headers before it: of a later fragment, then of a first one. */
function behindFragments(data: Uint8Array): Uint8Array {
  return Uint8Array.from([FRAGMENT, 0, 0, 8, 0, 0, 0, 1, UDP, 0, 0, 0, 0, 0, 0, 1, ...data]);
}

function sendThrough(fd: number, data: Uint8Array | null, address: Uint8Array | null): string {
  if (fd < 0) return errnoName();
  try {
    if (data === null || address === null) return "ok";
    return libc.sendto(fd, data, data.length, 0, address, address.length) < 0 ? errnoName() : "ok";
  } finally {
    libc.close(fd);
  }
}
