import type { Method, Trial } from "../method.js";
import { INSIDE_LINK, INSIDE_V4 } from "../network/layout.js";
import { interfaceIndex, sendto, socket } from "../system/calls.js";
import { ethernetFrame, ipv4Packet, udpDatagram } from "../system/datagram.js";
import { AF_PACKET, SOCK_DGRAM, SOCK_RAW } from "../system/numbers.js";
import { linkSockaddr } from "../system/sockaddr.js";
import { attachTun, openTun } from "../system/tun.js";
import { sendThroughXdp } from "../system/xdp-socket.js";

const packet = (trial: Trial) =>
  ipv4Packet(INSIDE_V4, trial.v4, udpDatagram(trial.port, Buffer.from(trial.mark)));

function packetSends(type: number) {
  return (trial: Trial): undefined => {
    const index = interfaceIndex(INSIDE_LINK);
    const data = type === SOCK_RAW ? ethernetFrame(packet(trial)) : packet(trial);
    sendto(socket(AF_PACKET, type), data, linkSockaddr(index));
  };
}

function xdpSends(trial: Trial): undefined {
  sendThroughXdp(interfaceIndex(INSIDE_LINK), ethernetFrame(packet(trial)));
}

/** Only connected: what is written comes in at an interface, and is forwarded to wherever its routes lead. */
function opensTun(): undefined {
  attachTun(openTun(), "selftest%d");
}

const runs = ["plain", "privileged"] as const;

/** Sockets and devices below IP. */
export const frameMethods: readonly Method[] = [
  {
    id: "packet-raw",
    title: "AF_PACKET, SOCK_RAW",
    runs,
    witness: "data",
    capability: "CAP_NET_RAW",
    protocol: "PACKET",
    attempt: packetSends(SOCK_RAW),
  },
  {
    id: "packet-dgram",
    title: "AF_PACKET, SOCK_DGRAM",
    runs,
    witness: "data",
    capability: "CAP_NET_RAW",
    protocol: "PACKET",
    attempt: packetSends(SOCK_DGRAM),
  },
  {
    id: "xdp",
    title: "AF_XDP",
    runs,
    witness: "data",
    capability: "CAP_NET_RAW",
    protocol: "XDP",
    attempt: xdpSends,
  },
  {
    id: "tun",
    title: "tun device",
    runs,
    witness: "socket",
    protocol: "tun",
    attempt: opensTun,
  },
];
