import { IPPROTO_SCTP, IPPROTO_TCP } from "../system/numbers.js";

const ETHERNET_BYTES = 14;
const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const IPV6_BYTES = 40;
const TCP_FLAGS_OFFSET = 13;
const SYN = 2;
const SYN_AND_ACK = 0x12;

/** The destination port of a frame that is the first packet of a TCP or SCTP connection; null for every other one. */
export function portOfOpening(frame: Buffer): number | null {
  if (frame.length < ETHERNET_BYTES + IPV6_BYTES) return null;
  const type = frame.readUInt16BE(12);
  const first = frame[ETHERNET_BYTES] ?? 0;
  if (type === ETH_P_IP) {
    return portOf(frame, frame[ETHERNET_BYTES + 9], ETHERNET_BYTES + (first & 15) * 4);
  }
  return type === ETH_P_IPV6 ? portOf(frame, frame[ETHERNET_BYTES + 6], ETHERNET_BYTES + IPV6_BYTES) : null;
}

function portOf(frame: Buffer, protocol: number | undefined, at: number): number | null {
  if (frame.length <= at + TCP_FLAGS_OFFSET) return null;
  const flags = frame[at + TCP_FLAGS_OFFSET] ?? 0;
  const opens = protocol === IPPROTO_SCTP || (protocol === IPPROTO_TCP && (flags & SYN_AND_ACK) === SYN);
  return opens ? frame.readUInt16BE(at + 2) : null;
}
