import { closeSync } from "node:fs";
import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";
import { AF_UNIX, makeSocket } from "./socket-identity.js";

/** Bytes of `sun_path` in struct sockaddr_un. */
const PATH_BYTES = 108;
const MSG_NOSIGNAL = 0x4000;
const MSG_DONTWAIT = 0x40;

type Send = (
  fd: number,
  data: Uint8Array,
  length: number,
  flags: number,
  address: Uint8Array,
  size: number,
) => number;
const nativeSendto = libc.func<Send>(
  "intptr_t sendto(int fd, void *data, uintptr_t length, int flags, void *address, uint32_t size)",
);

/**
 * Sends one datagram to a UNIX socket, which Node cannot. A name that begins with "@" is an abstract one.
 * Throws SystemError (ENOENT, ECONNREFUSED, ...), and RangeError for a name that is too long. A receiver whose queue is full is
 * waited for, unless `isUrgent`: then EAGAIN is thrown.
 */
export function sendDatagram(name: string, text: string, isUrgent = false): void {
  const path = Buffer.from(name);
  if (path.length >= PATH_BYTES) throw new RangeError(`Cannot send to "${name}": the name is too long`);
  const address = new Uint8Array(2 + path.length + 1);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(path, 2);
  const isAbstract = name.startsWith("@");
  if (isAbstract) address[2] = 0;
  // An abstract name ends where the address does, a path with its NUL.
  const size = isAbstract ? 2 + path.length : address.length;
  const fd = makeSocket();
  try {
    const bytes = Buffer.from(text);
    checkResult(
      nativeSendto()(fd, bytes, bytes.length, MSG_NOSIGNAL | (isUrgent ? MSG_DONTWAIT : 0), address, size),
      "sendto",
      `send to the socket "${name}"`,
    );
  } finally {
    closeSync(fd);
  }
}
