import { ALLOWED_V4, ALLOWED_V6, type Method, type Trial } from "../method.js";
import { checked, connect, send, sendmsg, sendto, socket } from "../system/calls.js";
import { libc } from "../system/libc.js";
import { message } from "../system/message.js";
import { AF_INET, AF_INET6, AF_UNSPEC, IPPROTO_UDPLITE, MSG_MORE, SOCK_DGRAM } from "../system/numbers.js";
import { familyOf, sockaddr } from "../system/sockaddr.js";

const MMSGHDR_BYTES = 64;

interface Variant {
  readonly to?: (trial: Trial) => string;
  readonly family?: number;
  readonly protocol?: number;
  readonly flags?: number;
}

const toV4 = (trial: Trial) => trial.v4;

function sendsTo({ to = toV4, family, protocol = 0, flags = 0 }: Variant = {}) {
  return (trial: Trial): undefined => {
    const address = to(trial);
    const fd = socket(family ?? familyOf(address), SOCK_DGRAM, protocol);
    sendto(fd, Buffer.from(trial.mark), sockaddr(address, trial.port), flags);
    if (flags === MSG_MORE) sendto(fd, Buffer.from("."), sockaddr(address, trial.port));
  };
}

function connects({ to = toV4, protocol = 0 }: Variant = {}) {
  return (trial: Trial): undefined => {
    const address = to(trial);
    const fd = socket(familyOf(address), SOCK_DGRAM, protocol);
    connect(fd, sockaddr(address, trial.port));
    send(fd, Buffer.from(trial.mark));
  };
}

function sendsMany(trial: Trial): undefined {
  const fd = socket(AF_INET, SOCK_DGRAM);
  const { header, keep } = message(sockaddr(trial.v4, trial.port), Buffer.from(trial.mark), null);
  const messages = new Uint8Array(MMSGHDR_BYTES); // one struct mmsghdr
  messages.set(header);
  checked(keep.length > 0 ? "sendmmsg" : "", libc.sendmmsg(fd, messages, 1, 0));
}

/** The family is not what the address says it is: Linux takes AF_UNSPEC for AF_INET. */
function unspecified(trial: Trial): undefined {
  const address = sockaddr(trial.v4, trial.port);
  new DataView(address.buffer).setUint16(0, AF_UNSPEC, true);
  sendto(socket(AF_INET, SOCK_DGRAM), Buffer.from(trial.mark), address);
}

/** What holds for the peer that was allowed must not hold for the next one. */
function afterAllowed(
  v6: boolean,
  how: "sendto" | "connected" | "disconnected" | "reconnected" | "sendmsg-connected",
) {
  return (trial: Trial): undefined => {
    const fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM);
    const allowed = sockaddr(v6 ? ALLOWED_V6 : ALLOWED_V4, trial.port);
    const denied = sockaddr(v6 ? trial.v6 : trial.v4, trial.port);
    const data = Buffer.from(trial.mark);
    if (how === "sendto") sendto(fd, Buffer.from("."), allowed);
    else connect(fd, allowed);
    if (how === "disconnected") connect(fd, new Uint8Array(16));
    if (how === "reconnected") {
      connect(fd, denied);
      send(fd, data);
    } else if (how === "sendmsg-connected") sendmsg(fd, data, denied);
    else sendto(fd, data, denied);
  };
}

const method = (
  id: string,
  title: string,
  attempt: Method["attempt"],
  runs: Method["runs"] = ["plain"],
): Method => ({ id, title, runs, witness: "data", attempt });
const both = ["plain", "moved"] as const;

/** Ways to send a datagram. */
export const udpMethods: readonly Method[] = [
  method("udp-sendto", "UDP sendto", sendsTo(), both),
  method("udp-sendto-v6", "UDP sendto, IPv6", sendsTo({ to: (trial) => trial.v6 }), both),
  method("udp-connect", "UDP connect and send", connects(), both),
  method("udp-connect-v6", "UDP connect and send, IPv6", connects({ to: (trial) => trial.v6 })),
  method("udp-sendmmsg", "UDP sendmmsg", sendsMany),
  method("udp-more", "UDP with MSG_MORE", sendsTo({ flags: MSG_MORE })),
  method("udp-mapped", "UDP to a v4-mapped address", sendsTo({ to: (trial) => `::ffff:${trial.v4}` })),
  method("udp-v4-on-v6", "UDP to an AF_INET address on an AF_INET6 socket", sendsTo({ family: AF_INET6 })),
  method("udp-nat64", "UDP to a NAT64 address", sendsTo({ to: (trial) => `64:ff9b::${trial.v4}` })),
  method("udp-unspecified", "UDP to 0.0.0.0", sendsTo({ to: () => "0.0.0.0" })),
  method("udp-unspecified-v6", "UDP to ::", sendsTo({ to: () => "::" })),
  method("udp-unspecified-mapped", "UDP to ::ffff:0.0.0.0", sendsTo({ to: () => "::ffff:0.0.0.0" })),
  method("udp-af-unspec", "UDP sendto with AF_UNSPEC", unspecified),
  method("udp-disconnected", "UDP sendto after connect to AF_UNSPEC", afterAllowed(false, "disconnected")),
  method("udp-second-peer", "UDP sendto after one to an allowed peer", afterAllowed(false, "sendto")),
  method("udp-second-peer-v6", "UDP sendto after one to an allowed peer, IPv6", afterAllowed(true, "sendto")),
  method(
    "udp-connected-sendto",
    "UDP sendto on a socket connected elsewhere",
    afterAllowed(false, "connected"),
  ),
  method(
    "udp-connected-sendmsg-v6",
    "UDP sendmsg on a socket connected elsewhere, IPv6",
    afterAllowed(true, "sendmsg-connected"),
  ),
  method(
    "udp-reconnected",
    "UDP connect away from an allowed peer",
    afterAllowed(false, "reconnected"),
    both,
  ),
  {
    ...method("udplite-sendto", "UDP-Lite sendto", sendsTo({ protocol: IPPROTO_UDPLITE }), both),
    protocol: "UDP-Lite",
  },
  {
    ...method("udplite-connect", "UDP-Lite connect and send", connects({ protocol: IPPROTO_UDPLITE })),
    protocol: "UDP-Lite",
  },
];
