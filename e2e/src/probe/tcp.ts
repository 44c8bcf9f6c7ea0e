import { SystemError } from "@ringfence/kernel/system";
import { addressOf, connectCall, errnoName, familyOf, libc, Ring, sockaddr } from "@ringfence/probe";
import type { TcpAttempt } from "./attempt.js";
import { makeSocket } from "./make-socket.js";
import { receive, setTimeouts } from "./receive.js";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const MSG_FASTOPEN = 0x20000000;
const MSG_NOSIGNAL = 0x4000;

export function tryTcp(attempt: TcpAttempt): string {
  const { to, port, how = "blocking", send = 0, protocol = 6, from, greeting = 0, maker } = attempt;
  const type = how === "nonblocking" ? SOCK_STREAM | SOCK_NONBLOCK : SOCK_STREAM;
  const fd = makeSocket(maker, familyOf(to), type, protocol);
  if (typeof fd === "string") return fd;
  try {
    if (how !== "nonblocking") setTimeouts(fd);
    const own = from === undefined ? null : sockaddr(from, 0);
    if (own !== null && libc.bind(fd, own, own.length) < 0) return errnoName();
    const connected = connect(fd, how, sockaddr(to, port), send);
    if (connected !== "ok" || send === 0) return connected;
    const greeted = receive(fd, greeting);
    if (greeted !== "ok") return greeted;
    if (how !== "fast-open" && libc.send(fd, new Uint8Array(send), send, MSG_NOSIGNAL) < 0)
      return errnoName();
    return receive(fd, send);
  } finally {
    libc.close(fd);
  }
}

function connect(fd: number, how: TcpAttempt["how"], address: Uint8Array, send: number): string {
  if (how === "io-uring") return connectByRing(fd, address);
  const result =
    how === "fast-open"
      ? libc.sendto(fd, new Uint8Array(send), send, MSG_FASTOPEN | MSG_NOSIGNAL, address, address.length)
      : libc.connect(fd, address, address.length);
  return result < 0 ? errnoName() : "ok";
}

/** Has a worker thread of io_uring connect. */
function connectByRing(fd: number, address: Uint8Array): string {
  try {
    Ring.make().run({ ...connectCall(fd, address), worker: true });
    return "ok";
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return error.code;
  } finally {
    addressOf(address); // lives until here
  }
}
