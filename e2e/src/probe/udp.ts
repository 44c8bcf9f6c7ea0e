import { AF_INET6, errnoName, familyOf, libc, message, routeControl, sockaddr } from "@ringfence/probe";
import type { UdpAttempt } from "./attempt.js";
import { makeSocket } from "./make-socket.js";
import { receive, setTimeouts } from "./receive.js";

const SOCK_DGRAM = 2;

export function tryUdp(attempt: UdpAttempt): string {
  const { to, times = 1, echo = false, send = 16 } = attempt;
  const fd = makeSocket(attempt.maker, attempt.socket === "v6" ? AF_INET6 : familyOf(to), SOCK_DGRAM, 0);
  if (typeof fd === "string") return fd;
  try {
    setTimeouts(fd);
    const address = sockaddr(to, attempt.port);
    if (attempt.how === "connect" && libc.connect(fd, address, address.length) < 0) return errnoName();
    for (let i = 0; i < times; i++) {
      if (sendOne(fd, attempt, address, new Uint8Array(send)) < 0) return errnoName();
      const answer = echo ? receive(fd, send) : "ok";
      if (answer !== "ok") return answer;
    }
    return "ok";
  } finally {
    libc.close(fd);
  }
}

function sendOne(fd: number, attempt: UdpAttempt, address: Uint8Array, data: Uint8Array): number {
  if (attempt.how === "connect") return libc.send(fd, data, data.length, 0);
  if (attempt.how !== "sendmsg") return libc.sendto(fd, data, data.length, 0, address, address.length);
  const control = attempt.control === undefined ? null : routeControl(attempt.control, attempt.to);
  const { header, keep } = message(address, data, control);
  const sent = libc.sendmsg(fd, header, 0);
  return keep.length > 0 ? sent : -1;
}
