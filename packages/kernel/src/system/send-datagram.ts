import { closeSync } from "node:fs";
import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";
import { AF_UNIX, makeSocket } from "./socket-identity.js";

/** Bytes of `sun_path` in struct sockaddr_un. */
const PATH_BYTES = 108;
const MSG_NOSIGNAL = 0x4000;
const MSG_DONTWAIT = 0x40;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;

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

const nativeSetsockopt = libc.func<
  (fd: number, level: number, option: number, value: Uint8Array, length: number) => number
>("int setsockopt(int fd, int level, int option, void *value, uint32_t length)");

/**
 * Sends datagrams to the UNIX socket of a name, which Node cannot. The name is looked up for each: a receiver that was started again gets
 * the next. A name that begins with "@" is an abstract one.
 */
export class DatagramSender implements Disposable {
  readonly #name: string;
  readonly #address: Uint8Array;
  readonly #fd: number;

  /** Throws RangeError for a name that is too long, and SystemError. */
  constructor(name: string) {
    const path = Buffer.from(name);
    if (path.length >= PATH_BYTES) throw new RangeError(`Cannot send to "${name}": the name is too long`);
    const isAbstract = name.startsWith("@");
    // An abstract name ends where the address does, a path with its NUL.
    const address = new Uint8Array(2 + path.length + (isAbstract ? 0 : 1));
    new DataView(address.buffer).setUint16(0, AF_UNIX, true);
    address.set(path, 2);
    if (isAbstract) address[2] = 0;
    this.#name = name;
    this.#address = address;
    this.#fd = makeSocket();
  }

  /**
   * Throws SystemError (ENOENT, ECONNREFUSED, ...). A receiver whose queue is full is waited for, unless `isUrgent`: then EAGAIN is
   * thrown.
   */
  send(text: string, isUrgent = false): void {
    const bytes = Buffer.from(text);
    const flags = MSG_NOSIGNAL | (isUrgent ? MSG_DONTWAIT : 0);
    const sent = nativeSendto()(this.#fd, bytes, bytes.length, flags, this.#address, this.#address.length);
    checkResult(sent, "sendto", `send to the socket "${this.#name}"`);
  }

  /** Lets so many bytes wait in the receiver's queue, beyond the limit that the system has for others. Needs CAP_NET_ADMIN; throws SystemError. */
  setRoom(bytes: number): void {
    const value = new Uint8Array(Uint32Array.of(bytes).buffer);
    const result = nativeSetsockopt()(this.#fd, SOL_SOCKET, SO_SNDBUFFORCE, value, value.length);
    checkResult(result, "setsockopt", `make room for the socket "${this.#name}"`);
  }

  close(): void {
    closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Sends one datagram, as `DatagramSender` does, and throws what that throws. */
export function sendDatagram(name: string, text: string): void {
  using sender = new DatagramSender(name);
  sender.send(text);
}
