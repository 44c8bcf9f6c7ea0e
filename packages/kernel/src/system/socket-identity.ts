import { closeSync } from "node:fs";
import { constants } from "node:os";
import koffi from "koffi";
import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";
import { SystemError } from "./system-error.js";

/** One end of a socket. `address` is 4 or 16 bytes for inet families, a path or name's bytes for UNIX. */
export interface SocketEnd {
  readonly family: number;
  readonly address: Uint8Array;
  /** 0 for families without ports */
  readonly port: number;
}

/** What a descriptor that is a socket talks. Numbers are those of socket(2). */
export interface SocketIdentity {
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly local: SocketEnd;
  /** null while not connected, and for families without peers */
  readonly peer: SocketEnd | null;
}

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_PROTOCOL = 38;
const SO_DOMAIN = 39;
const SO_NETNS_COOKIE = 71;
const ADDRESS_BYTES = 128;

type NameCall = (fd: number, address: Uint8Array, length: Uint32Array) => number;
type OptionCall = (
  fd: number,
  level: number,
  option: number,
  value: Int32Array | BigUint64Array,
  length: Uint32Array,
) => number;

const nativeSockname = libc.func<NameCall>("int getsockname(int fd, void *address, void *length)");
const nativePeername = libc.func<NameCall>("int getpeername(int fd, void *address, void *length)");
const nativeGetsockopt = libc.func<OptionCall>(
  "int getsockopt(int fd, int level, int option, void *value, void *length)",
);

const nativeSocket = libc.func<(family: number, type: number, protocol: number) => number>(
  "int socket(int family, int type, int protocol)",
);

/** Descriptor of a new UNIX datagram socket. */
export function makeSocket(): number {
  return checkResult(nativeSocket()(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "make a socket");
}

/** Decodes a struct sockaddr of the given length. */
export function decodeSocketAddress(bytes: Uint8Array): SocketEnd {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = bytes.length >= 2 ? view.getUint16(0, true) : 0;
  if (family === AF_INET) return { family, address: bytes.slice(4, 8), port: view.getUint16(2) };
  if (family === AF_INET6) return { family, address: bytes.slice(8, 24), port: view.getUint16(2) };
  return { family, address: bytes.slice(2), port: 0 };
}

function option(fd: number, name: number): number {
  const value = new Int32Array(1);
  const result = nativeGetsockopt()(fd, SOL_SOCKET, name, value, new Uint32Array([4]));
  checkResult(result, "getsockopt", `read the socket of descriptor ${fd}`);
  return value[0] ?? 0;
}

function end(fd: number, call: NameCall, name: string, absent: readonly number[]): SocketEnd | null {
  const address = new Uint8Array(ADDRESS_BYTES);
  const length = new Uint32Array([ADDRESS_BYTES]);
  if (call(fd, address, length) === 0) return decodeSocketAddress(address.subarray(0, length[0] ?? 0));
  const errno = koffi.errno();
  if (absent.includes(errno)) return null;
  throw new SystemError(name, errno, `read an address of descriptor ${fd}`);
}

/** Who a descriptor talks as and to; null when it is not a socket. Throws SystemError (EBADF, ...). */
export function socketIdentity(fd: number): SocketIdentity | null {
  const local = end(fd, nativeSockname(), "getsockname", [constants.errno.ENOTSOCK]);
  if (local === null) return null;
  return {
    family: option(fd, SO_DOMAIN),
    type: option(fd, SO_TYPE),
    protocol: option(fd, SO_PROTOCOL),
    local,
    peer: end(fd, nativePeername(), "getpeername", [constants.errno.ENOTCONN, constants.errno.EOPNOTSUPP]),
  };
}

/** The number that the kernel gives a network namespace for as long as it runs, of the calling thread's. Linux 5.14. */
export function networkCookie(): bigint {
  const fd = makeSocket();
  try {
    const value = new BigUint64Array(1);
    const result = nativeGetsockopt()(fd, SOL_SOCKET, SO_NETNS_COOKIE, value, new Uint32Array([8]));
    checkResult(result, "getsockopt", "read the network namespace's cookie");
    return value[0] ?? 0n;
  } finally {
    closeSync(fd);
  }
}
