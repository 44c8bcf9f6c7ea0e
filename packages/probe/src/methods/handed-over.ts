import { type HandedOver, LISTENER_PORT, type Method, type Trial } from "../method.js";
import { INSIDE_LINK, INSIDE_V4 } from "../network/layout.js";
import { bind, connect, interfaceIndex, send, sendto, socket } from "../system/calls.js";
import { echoRequest, ethernetFrame, ipv4Packet, udpDatagram } from "../system/datagram.js";
import {
  AF_INET,
  AF_PACKET,
  IPPROTO_ICMP,
  IPPROTO_UDP,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
} from "../system/numbers.js";
import { linkSockaddr, sockaddr } from "../system/sockaddr.js";

// Sockets that an unfenced process made.

type Made = "tcp" | "udp" | "ping" | "raw" | "packet";

function made(kind: Made): number {
  if (kind === "raw") return socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
  if (kind === "packet") return socket(AF_PACKET, SOCK_RAW, 0);
  if (kind === "ping") return socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  return socket(AF_INET, kind === "tcp" ? SOCK_STREAM : SOCK_DGRAM);
}

const unconnected = (kind: Made) => (): HandedOver => ({ fd: made(kind) });

const connected =
  (kind: Made) =>
  (trial: Trial): HandedOver => {
    const fd = made(kind);
    if (kind === "packet") bind(fd, linkSockaddr(interfaceIndex(INSIDE_LINK)));
    else connect(fd, sockaddr(trial.v4, kind === "tcp" ? LISTENER_PORT : trial.port));
    return { fd };
  };

function uses(kind: Made) {
  return (trial: Trial, { fd }: HandedOver): undefined => {
    const data = Buffer.from(trial.mark);
    if (kind === "tcp") connect(fd, sockaddr(trial.v4, trial.port));
    else if (kind === "ping") sendto(fd, echoRequest(false, data), sockaddr(trial.v4, 0));
    else if (kind === "raw") sendto(fd, udpDatagram(trial.port, data), sockaddr(trial.v4, 0));
    else sendto(fd, data, sockaddr(trial.v4, trial.port));
  };
}

function sends(kind: Made) {
  return (trial: Trial, { fd }: HandedOver): undefined => {
    const data = Buffer.from(trial.mark);
    const datagram = () => udpDatagram(trial.port, data);
    if (kind === "raw") send(fd, datagram());
    else if (kind === "packet") send(fd, ethernetFrame(ipv4Packet(INSIDE_V4, trial.v4, datagram())));
    else send(fd, data);
  };
}

function connectsAgain(trial: Trial, { fd }: HandedOver): undefined {
  connect(fd, sockaddr(trial.v4, trial.port));
  send(fd, Buffer.from(trial.mark));
}

const inherited = (kind: Made, title: string): Method => ({
  id: `inherited-${kind}`,
  title,
  runs: ["plain"],
  witness: kind === "tcp" ? "connection" : "data",
  handOver: "stdin",
  prepare: unconnected(kind),
  attempt: uses(kind),
});

const inheritedConnected = (kind: Made, title: string): Method => ({
  ...inherited(kind, title),
  id: `inherited-${kind}-connected`,
  witness: "data",
  prepare: connected(kind),
  attempt: sends(kind),
});

const passed = (method: Method, id: string, title: string): Method => ({
  ...method,
  id,
  title,
  handOver: "message",
});

const packet: Method = { ...inheritedConnected("packet", ""), protocol: "PACKET" };

/** Sockets made before the fence and inherited, or made outside and passed over a UNIX socket. */
export const handedOverMethods: readonly Method[] = [
  inherited("tcp", "TCP socket made before the fence"),
  inherited("udp", "UDP socket made before the fence"),
  inheritedConnected("tcp", "TCP connected before the fence"),
  inheritedConnected("udp", "UDP connected before the fence"),
  inherited("ping", "ping socket made before the fence"),
  inherited("raw", "SOCK_RAW made before the fence"),
  { ...packet, title: "AF_PACKET made before the fence", id: "inherited-packet" },
  passed(inherited("tcp", ""), "passed-tcp", "TCP socket passed over a UNIX socket"),
  passed(inherited("udp", ""), "passed-udp", "UDP socket passed"),
  passed(
    { ...inherited("udp", ""), attempt: connectsAgain },
    "passed-udp-connect",
    "UDP socket passed, connect and send",
  ),
  passed(inheritedConnected("tcp", ""), "passed-tcp-connected", "TCP connected and passed"),
  passed(inheritedConnected("udp", ""), "passed-udp-connected", "UDP connected and passed"),
  passed(inherited("ping", ""), "passed-ping", "ping socket passed"),
  passed(inherited("raw", ""), "passed-raw", "SOCK_RAW passed"),
  passed(inheritedConnected("raw", ""), "passed-raw-connected", "SOCK_RAW connected and passed"),
  passed(packet, "passed-packet", "AF_PACKET passed"),
];
