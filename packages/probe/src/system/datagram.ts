import { IPPROTO_UDP } from "./numbers.js";
import { v4Bytes } from "./sockaddr.js";

// Packets written by hand, for sockets that take them whole.

const IPV4_BYTES = 20;
const UDP_BYTES = 8;

/** The UDP header of a datagram from port 9, without a checksum, and its data. */
export function udpDatagram(port: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(UDP_BYTES + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 9);
  view.setUint16(2, port);
  view.setUint16(4, bytes.length);
  bytes.set(data, UDP_BYTES);
  return bytes;
}

/** An IPv4 packet with its header checksum. */
export function ipv4Packet(
  from: string,
  to: string,
  payload: Uint8Array,
  protocol = IPPROTO_UDP,
): Uint8Array {
  const bytes = new Uint8Array(IPV4_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  view.setUint16(2, bytes.length);
  bytes[8] = 64;
  bytes[9] = protocol;
  bytes.set(v4Bytes(from), 12);
  bytes.set(v4Bytes(to), 16);
  let sum = 0;
  for (let at = 0; at < IPV4_BYTES; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  view.setUint16(10, ~sum & 0xffff);
  bytes.set(payload, IPV4_BYTES);
  return bytes;
}

/** An Ethernet frame to everybody on the link that holds an IPv4 packet. */
export function ethernetFrame(packet: Uint8Array): Uint8Array {
  const header = new Uint8Array(14).fill(0xff, 0, 6);
  header.set([2, 0, 0, 0, 0, 1, 8, 0], 6); // a local address, ETH_P_IP
  return Buffer.concat([header, packet]);
}

/** An ICMP or ICMPv6 echo request, without a checksum. */
export function echoRequest(v6: boolean, data: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([v6 ? 128 : 8, 0, 0, 0, 0, 0, 0, 1]), data]);
}
