import type { Method, Trial } from "../method.js";
import { INSIDE_V4 } from "../network/layout.js";
import { connect, send, sendto, setOption, socket } from "../system/calls.js";
import { echoRequest, ipv4Packet, udpDatagram } from "../system/datagram.js";
import {
  AF_INET,
  AF_INET6,
  IP_HDRINCL,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_RAW,
  IPPROTO_UDP,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_IP,
} from "../system/numbers.js";
import { sockaddr } from "../system/sockaddr.js";

const datagram = (trial: Trial) => udpDatagram(trial.port, Buffer.from(trial.mark));

function rawSends(v6: boolean) {
  return (trial: Trial): undefined => {
    const fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_UDP);
    sendto(fd, datagram(trial), sockaddr(v6 ? trial.v6 : trial.v4, 0));
  };
}

function rawConnects(trial: Trial): undefined {
  const fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
  connect(fd, sockaddr(trial.v4, 0));
  send(fd, datagram(trial));
}

function ownHeader(protocol: number) {
  return (trial: Trial): undefined => {
    const fd = socket(AF_INET, SOCK_RAW, protocol);
    if (protocol !== IPPROTO_RAW) setOption(fd, SOL_IP, IP_HDRINCL, 1);
    sendto(fd, ipv4Packet(INSIDE_V4, trial.v4, datagram(trial)), sockaddr(trial.v4, 0));
  };
}

/** The header names the denied destination, the call an allowed one. */
function otherHeader(trial: Trial): undefined {
  const fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  sendto(fd, ipv4Packet(INSIDE_V4, trial.v4, datagram(trial)), sockaddr("198.51.100.2", 0));
}

function pings(v6: boolean, type: number) {
  return (trial: Trial): undefined => {
    const fd = socket(v6 ? AF_INET6 : AF_INET, type, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    sendto(fd, echoRequest(v6, Buffer.from(trial.mark)), sockaddr(v6 ? trial.v6 : trial.v4, 0));
  };
}

function pingConnects(trial: Trial): undefined {
  const fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  connect(fd, sockaddr(trial.v4, 0));
  send(fd, echoRequest(false, Buffer.from(trial.mark)));
}

const raw = (
  id: string,
  title: string,
  attempt: Method["attempt"],
  runs: Method["runs"] = ["privileged"],
): Method => ({ id, title, runs, witness: "data", capability: "CAP_NET_RAW", attempt });

const ping = (
  id: string,
  title: string,
  attempt: Method["attempt"],
  runs: Method["runs"] = ["plain"],
): Method => ({ id, title, runs, witness: "data", attempt });

/** Raw and ping sockets: the kernel judges what they send as packets. */
export const rawMethods: readonly Method[] = [
  raw("raw-sendto", "SOCK_RAW sendto", rawSends(false), ["plain", "privileged", "moved"]),
  raw("raw-sendto-v6", "SOCK_RAW sendto, IPv6", rawSends(true)),
  raw("raw-connect", "SOCK_RAW connect and send", rawConnects),
  raw("raw-header", "SOCK_RAW with IP_HDRINCL", ownHeader(IPPROTO_UDP)),
  raw("raw-header-raw", "SOCK_RAW with IPPROTO_RAW", ownHeader(IPPROTO_RAW)),
  raw("raw-header-other", "SOCK_RAW to an allowed address, another in the header", otherHeader),
  raw("raw-icmp", "SOCK_RAW with ICMP", pings(false, SOCK_RAW)),
  ping("ping", "ping socket", pings(false, SOCK_DGRAM), ["plain", "moved"]),
  ping("ping-v6", "ping socket, ICMPv6", pings(true, SOCK_DGRAM)),
  ping("ping-connect", "ping socket, connect and send", pingConnects),
];
