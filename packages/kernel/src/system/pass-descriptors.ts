import koffi from "koffi";
import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";

// struct msghdr, iovec and cmsghdr of 64-bit Linux (sendmsg(2), cmsg(3)).
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x40000000;
const HEADER_BYTES = 56;
const CONTROL_HEADER_BYTES = 16;

type Pair = (domain: number, type: number, protocol: number, fds: Int32Array) => number;
type Message = (fd: number, message: Uint8Array, flags: number) => number;

const nativeSocketpair = libc.func<Pair>("int socketpair(int domain, int type, int protocol, void *fds)");
const nativeSendmsg = libc.func<Message>("intptr_t sendmsg(int fd, void *message, int flags)");
const nativeRecvmsg = libc.func<Message>("intptr_t recvmsg(int fd, void *message, int flags)");

/** A connected pair of UNIX stream sockets, closed on exec. */
export function socketPair(): readonly [number, number] {
  const fds = new Int32Array(2);
  checkResult(
    nativeSocketpair()(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds),
    "socketpair",
    "make a socket pair",
  );
  return [fds[0] ?? -1, fds[1] ?? -1];
}

/** Sends descriptors over a UNIX socket, with one byte that carries them. */
export function sendDescriptors(socket: number, descriptors: readonly number[]): void {
  const message = messageFor(descriptors.length);
  const view = new DataView(message.control.buffer);
  view.setBigUint64(0, BigInt(CONTROL_HEADER_BYTES + descriptors.length * 4), true);
  view.setInt32(8, SOL_SOCKET, true);
  view.setInt32(12, SCM_RIGHTS, true);
  for (const [index, fd] of descriptors.entries()) {
    view.setInt32(CONTROL_HEADER_BYTES + index * 4, fd, true);
  }
  checkResult(nativeSendmsg()(socket, message.header, 0), "sendmsg", `send descriptors over ${socket}`);
}

/** Receives exactly `count` descriptors, closed on exec; waits for them. */
export function receiveDescriptors(socket: number, count: number): number[] {
  const message = messageFor(count);
  const action = `receive descriptors over ${socket}`;
  const length = checkResult(nativeRecvmsg()(socket, message.header, MSG_CMSG_CLOEXEC), "recvmsg", action);
  const view = new DataView(message.control.buffer);
  const expected = BigInt(CONTROL_HEADER_BYTES + count * 4);
  if (length === 0 || view.getBigUint64(0, true) !== expected) {
    throw new Error(`Cannot ${action}: the other side sent none`);
  }
  return Array.from({ length: count }, (_, index) => view.getInt32(CONTROL_HEADER_BYTES + index * 4, true));
}

function messageFor(count: number) {
  const byte = new Uint8Array(1);
  const vector = new BigUint64Array([koffi.address(byte), 1n]);
  const control = new Uint8Array(CONTROL_HEADER_BYTES + Math.ceil((count * 4) / 8) * 8);
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setBigUint64(16, koffi.address(vector), true);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, koffi.address(control), true);
  view.setBigUint64(40, BigInt(control.length), true);
  // the header points to them: they must live as long
  return { header, control, vector, byte };
}
