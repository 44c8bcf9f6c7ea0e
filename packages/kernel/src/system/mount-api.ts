import { cString } from "./c-string.js";
import { syscall } from "./syscall.js";

/** Constants of the descriptor-based mount calls (linux/mount.h). */
export const FSOPEN_CLOEXEC = 1;
export const FSMOUNT_CLOEXEC = 1;
export const OPEN_TREE_CLONE = 1;
export const OPEN_TREE_CLOEXEC = 0o2000000;
export const MOVE_MOUNT_F_EMPTY_PATH = 0x4;
export const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
export const AT_FDCWD = -100;
export const AT_EMPTY_PATH = 0x1000;
export const AT_RECURSIVE = 0x8000;
export const MOUNT_ATTR_RDONLY = 0x1;
export const MOUNT_ATTR_NOSUID = 0x2;
export const MOUNT_ATTR_NODEV = 0x4;
export const MOUNT_ATTR_NOEXEC = 0x8;

const FSCONFIG_SET_FLAG = 0;
const FSCONFIG_SET_STRING = 1;
const FSCONFIG_CMD_CREATE = 6;

/** fsopen(2): a descriptor of a file system still to be configured. */
export function fsopen(type: string, flags = FSOPEN_CLOEXEC): number {
  return syscall("fsopen", `open the file system type "${type}"`, cString(type), flags);
}

/** fsconfig(2): sets an option, or a flag when no value is given. */
export function fsconfigSet(fd: number, key: string, value?: string): void {
  const command = value === undefined ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
  const data = value === undefined ? null : cString(value);
  syscall("fsconfig", `set the mount option "${key}"`, fd, command, cString(key), data, 0);
}

/** fsconfig(2): creates the superblock, or takes the existing one. */
export function fsconfigCreate(fd: number): void {
  syscall("fsconfig", "create the file system", fd, FSCONFIG_CMD_CREATE, null, null, 0);
}

/** fsmount(2): a detached mount; its tree is reachable as /proc/self/fd/N. */
export function fsmount(fd: number, attributes = 0, flags = FSMOUNT_CLOEXEC): number {
  return syscall("fsmount", "make a detached mount", fd, flags, attributes);
}

/** open_tree(2): a descriptor of the mount at a path, cloned with OPEN_TREE_CLONE. */
export function openTree(path: string, flags: number, directory = AT_FDCWD): number {
  return syscall("open_tree", `open the mount tree at "${path}"`, directory, cString(path), flags);
}

export interface MovedMount {
  readonly fromFd: number;
  /** default: the descriptor itself */
  readonly fromPath?: string;
  /** default: the current directory, for a relative path */
  readonly toFd?: number;
  readonly toPath: string;
}

/** move_mount(2): puts a detached or attached mount at a path. */
export function moveMount({ fromFd, fromPath = "", toFd = AT_FDCWD, toPath }: MovedMount): void {
  const flags =
    (fromPath === "" ? MOVE_MOUNT_F_EMPTY_PATH : 0) | (toPath === "" ? MOVE_MOUNT_T_EMPTY_PATH : 0);
  const args = [fromFd, cString(fromPath), toFd, cString(toPath), flags] as const;
  syscall("move_mount", `move a mount to "${toPath}"`, ...args);
}

export interface MountAttributes {
  /** MOUNT_ATTR_* bits to set */
  readonly set?: number;
  /** MOUNT_ATTR_* bits to clear */
  readonly clear?: number;
  /** MS_PRIVATE, MS_SLAVE, ... or 0 to leave it */
  readonly propagation?: number;
  /** the whole tree below too */
  readonly recursive?: boolean;
}

/** mount_setattr(2), Linux 5.12: changes a mount in place; an empty path means the descriptor itself. */
export function mountSetattr(path: string, attributes: MountAttributes, directory = AT_FDCWD): void {
  const { set = 0, clear = 0, propagation = 0, recursive = false } = attributes;
  const attr = new BigUint64Array([BigInt(set), BigInt(clear), BigInt(propagation), 0n]);
  const flags = (path === "" ? AT_EMPTY_PATH : 0) | (recursive ? AT_RECURSIVE : 0);
  const action = `change the mount at "${path}"`;
  syscall("mount_setattr", action, directory, cString(path), flags, attr, attr.byteLength);
}
