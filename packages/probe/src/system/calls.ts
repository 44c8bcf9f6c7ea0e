import { constants } from "node:os";
import { SystemError } from "@ringfence/kernel/system";
import koffi from "koffi";
import { libc } from "./libc.js";
import { message } from "./message.js";
import { IPPROTO_TCP, MSG_NOSIGNAL, SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET } from "./numbers.js";

// The socket calls, each throwing a SystemError that names the call which was refused.

/** How long a call may wait for an answer that never comes, in milliseconds. */
const PATIENCE_MS = 400n;

/** Fails with the errno that the last call left, if it returned less than 0. */
export function checked(call: string, returned: number): number {
  if (returned < 0) throw new SystemError(call, koffi.errno(), `call ${call}()`);
  return returned;
}

/** A socket whose calls do not wait long. It stays open until the process ends: a packet may be sent again later. */
export function socket(family: number, type: number, protocol = 0): number {
  const fd = checked("socket", libc.socket(family, type, protocol));
  const value = new Uint8Array(16);
  new DataView(value.buffer).setBigInt64(8, PATIENCE_MS * 1000n, true);
  for (const option of [SO_SNDTIMEO, SO_RCVTIMEO]) {
    libc.setsockopt(fd, SOL_SOCKET, option, value, value.length); // not every family has it
  }
  return fd;
}

/** Waits for the connection. A signal (a child that ended) does not end the wait. */
export function connect(fd: number, address: Uint8Array): void {
  let returned: number;
  // a call with a time limit is not restarted by the kernel; the next one waits for the same handshake
  do returned = libc.connect(fd, address, address.length);
  while (returned < 0 && koffi.errno() === constants.errno.EINTR);
  checked("connect", returned);
}

export function bind(fd: number, address: Uint8Array): void {
  checked("bind", libc.bind(fd, address, address.length));
}

export function send(fd: number, data: Uint8Array, flags = 0): void {
  checked("send", libc.send(fd, data, data.length, flags | MSG_NOSIGNAL));
}

export function sendto(fd: number, data: Uint8Array, address: Uint8Array, flags = 0): void {
  checked("sendto", libc.sendto(fd, data, data.length, flags | MSG_NOSIGNAL, address, address.length));
}

export function sendmsg(
  fd: number,
  data: Uint8Array,
  address: Uint8Array,
  control: Uint8Array | null = null,
): void {
  const { header, keep } = message(address, data, control);
  checked(keep.length > 0 ? "sendmsg" : "", libc.sendmsg(fd, header, MSG_NOSIGNAL));
}

export function setOption(fd: number, level: number, option: number, value: Uint8Array | number): void {
  const bytes = typeof value === "number" ? new Uint8Array(new Int32Array([value]).buffer) : value;
  checked("setsockopt", libc.setsockopt(fd, level, option, bytes, bytes.length));
}

/** A TCP socket option. */
export function setTcpOption(fd: number, option: number, value: number): void {
  setOption(fd, IPPROTO_TCP, option, value);
}

/** The interface's number in the network namespace of the calling thread. */
export function interfaceIndex(name: string): number {
  const index = libc.if_nametoindex(Buffer.from(`${name}\0`));
  return checked("if_nametoindex", index === 0 ? -1 : index);
}
