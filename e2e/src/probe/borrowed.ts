import { receiveDescriptors } from "@ringfence/kernel/system";
import { errnoName, libc, sockaddr } from "@ringfence/probe";
import type { BorrowedAttempt } from "./attempt.js";
import { receive, setTimeouts } from "./receive.js";

const STDIN = 0;
const MSG_NOSIGNAL = 0x4000;
const DATA = 16;

let received: readonly number[] | undefined;

/** Uses a socket that was made outside and came in over the UNIX socket that is stdin. */
export function tryBorrowed({ which, of, how, to, port }: BorrowedAttempt): string {
  received ??= receiveDescriptors(STDIN, of);
  const fd = received[which] ?? -1;
  const data = new Uint8Array(DATA);
  switch (how) {
    case "send":
      return resultOf(libc.send(fd, data, DATA, MSG_NOSIGNAL));
    case "write":
      return resultOf(libc.write(fd, data, DATA));
    case "receive":
      setTimeouts(fd);
      return receive(fd, DATA);
    case "sendto": {
      const address = sockaddr(to ?? "", port ?? 0);
      return resultOf(libc.sendto(fd, data, DATA, MSG_NOSIGNAL, address, address.length));
    }
    case "connect": {
      const address = sockaddr(to ?? "", port ?? 0);
      return resultOf(libc.connect(fd, address, address.length));
    }
    case "send until ended":
      return sendUntilEnded(fd, data);
  }
}

/** Gives up after as long as receive() does. */
function sendUntilEnded(fd: number, data: Uint8Array): string {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < 200; i++) {
    if (libc.send(fd, data, data.length, MSG_NOSIGNAL) < 0) return "ended";
    Atomics.wait(clock, 0, 0, 100);
  }
  return "still open";
}

function resultOf(returned: number): string {
  return returned < 0 ? errnoName() : "ok";
}
