import type { TcpAttempt } from "./attempt.js";
import { connectByRing } from "./io-uring.js";
import { errnoName, libc } from "./libc.js";
import { receive, setTimeouts } from "./receive.js";
import { familyOf, sockaddr } from "./sockaddr.js";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const MSG_FASTOPEN = 0x20000000;
const MSG_NOSIGNAL = 0x4000;

export function tryTcp({ to, port, how = "blocking", send = 0, protocol = 6 }: TcpAttempt): string {
  const type = how === "nonblocking" ? SOCK_STREAM | SOCK_NONBLOCK : SOCK_STREAM;
  const fd = libc.socket(familyOf(to), type, protocol);
  if (fd < 0) return errnoName();
  try {
    if (how !== "nonblocking") setTimeouts(fd);
    const connected = connect(fd, how, sockaddr(to, port), send);
    if (connected !== "ok" || send === 0) return connected;
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
