import { constants } from "node:os";
import koffi from "koffi";
import { libc } from "./libc.js";
import { SystemError } from "./system-error.js";

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_PEERGROUPS = 59;
/** The kernel gives a process at most that many supplementary groups (NGROUPS_MAX). */
const MOST_GROUPS = 65_536;

/** Who is at the other end of a UNIX stream socket, as the kernel noted it at connect() or listen(). */
export interface PeerCredentials {
  /** 0 for one outside this PID namespace */
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** supplementary groups */
  readonly groups: readonly number[];
}

type OptionCall = (
  fd: number,
  level: number,
  option: number,
  value: Uint32Array,
  length: Uint32Array,
) => number;
const nativeGetsockopt = libc.func<OptionCall>(
  "int getsockopt(int fd, int level, int option, void *value, void *length)",
);

/** Reads SO_PEERCRED and SO_PEERGROUPS (Linux 4.13) of a connected socket. Throws SystemError. */
export function peerCredentials(fd: number): PeerCredentials {
  const [pid = 0, uid = 0, gid = 0] = read(fd, SO_PEERCRED, new Uint32Array(3));
  return { pid, uid, gid, groups: [...read(fd, SO_PEERGROUPS, new Uint32Array(64))] };
}

function read(fd: number, option: number, value: Uint32Array): Uint32Array {
  const length = Uint32Array.of(value.byteLength);
  if (nativeGetsockopt()(fd, SOL_SOCKET, option, value, length) === 0)
    return value.subarray(0, (length[0] ?? 0) / 4);
  const errno = koffi.errno();
  if (errno === constants.errno.ERANGE && value.length < MOST_GROUPS)
    return read(fd, option, new Uint32Array(MOST_GROUPS));
  throw new SystemError("getsockopt", errno, `read who is at the other end of descriptor ${fd}`);
}
