import { ALLOWED_V4, LISTENER_PORT, type Method, type Trial } from "../method.js";
import { connect, sendto, setTcpOption, socket } from "../system/calls.js";
import { errnoIs } from "../system/errno-is.js";
import {
  AF_INET,
  IPPROTO_MPTCP,
  IPPROTO_TCP,
  MSG_FASTOPEN,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  TCP_FASTOPEN_CONNECT,
} from "../system/numbers.js";
import { familyOf, sockaddr } from "../system/sockaddr.js";

const both = ["plain", "moved"] as const;

interface Variant {
  readonly to?: (trial: Trial) => string;
  readonly type?: number;
  readonly protocol?: number;
}

const toV4 = (trial: Trial) => trial.v4;

function open({ to = toV4, type = SOCK_STREAM, protocol = IPPROTO_TCP }: Variant, trial: Trial) {
  const address = to(trial);
  return { fd: socket(familyOf(address), type, protocol), address: sockaddr(address, trial.port) };
}

function connects(variant: Variant = {}) {
  return (trial: Trial): undefined => {
    const { fd, address } = open(variant, trial);
    try {
      connect(fd, address);
    } catch (error) {
      if (!errnoIs(error, "EINPROGRESS")) throw error;
    }
  };
}

function fastOpens(variant: Variant = {}) {
  return (trial: Trial): undefined => {
    const { fd, address } = open(variant, trial);
    sendto(fd, Buffer.from(trial.mark), address, MSG_FASTOPEN);
  };
}

function fastOpenConnects(trial: Trial): undefined {
  const { fd, address } = open({}, trial);
  setTcpOption(fd, TCP_FASTOPEN_CONNECT, 1);
  connect(fd, address);
  sendto(fd, Buffer.from(trial.mark), address);
}

/** A socket that the policy let out once must not be let out again by that. */
function reconnects(trial: Trial): undefined {
  const fd = socket(AF_INET, SOCK_STREAM);
  connect(fd, sockaddr(ALLOWED_V4, LISTENER_PORT));
  connect(fd, new Uint8Array(16)); // AF_UNSPEC
  connect(fd, sockaddr(trial.v4, trial.port));
}

const method = (
  id: string,
  title: string,
  attempt: Method["attempt"],
  runs: Method["runs"] = ["plain"],
): Method => ({ id, title, runs, witness: "connection", attempt });

/** Ways to open a TCP connection. */
export const tcpMethods: readonly Method[] = [
  method("tcp-connect", "TCP connect", connects(), both),
  method("tcp-connect-v6", "TCP connect, IPv6", connects({ to: (trial) => trial.v6 }), both),
  method(
    "tcp-mapped",
    "TCP connect to a v4-mapped address",
    connects({ to: (trial) => `::ffff:${trial.v4}` }),
  ),
  method("tcp-nat64", "TCP connect to a NAT64 address", connects({ to: (trial) => `64:ff9b::${trial.v4}` })),
  method("tcp-loopback-v6", "TCP connect to ::1", connects({ to: () => "::1" })),
  method("tcp-unspecified", "TCP connect to 0.0.0.0", connects({ to: () => "0.0.0.0" })),
  method("tcp-unspecified-v6", "TCP connect to ::", connects({ to: () => "::" })),
  method("tcp-unspecified-mapped", "TCP connect to ::ffff:0.0.0.0", connects({ to: () => "::ffff:0.0.0.0" })),
  method("tcp-nonblocking", "TCP connect, non-blocking", connects({ type: SOCK_STREAM | SOCK_NONBLOCK })),
  method("tcp-fast-open", "TCP MSG_FASTOPEN", fastOpens()),
  method("tcp-fast-open-v6", "TCP MSG_FASTOPEN, IPv6", fastOpens({ to: (trial) => trial.v6 })),
  method("tcp-fast-open-connect", "TCP_FASTOPEN_CONNECT", fastOpenConnects),
  method("tcp-reconnected", "TCP connect after one to an allowed peer", reconnects),
  method("mptcp", "MPTCP connect", connects({ protocol: IPPROTO_MPTCP }), both),
  method("mptcp-fast-open", "MPTCP MSG_FASTOPEN", fastOpens({ protocol: IPPROTO_MPTCP })),
];
