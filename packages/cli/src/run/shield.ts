import { existsSync, readdirSync, readFileSync } from "node:fs";
import {
  CLONE_NEWNS,
  MOUNT_ATTR_RDONLY,
  MS_BIND,
  MS_REC,
  MS_SLAVE,
  mount,
  mountSetattr,
  moveMount,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
  openTree,
  unshare,
} from "@ringfence/kernel/system";
import { controlSockets, nameServiceSockets, readOnlyPlaces, userControlSockets } from "./dropped-powers.js";

/**
 * Gives the calling thread a mount namespace in which kernel settings are read-only, and sockets of control and name
 * daemons lead nowhere; mounts made outside still arrive. The file system with the fence's pinned links goes below /proc/sys,
 * hidden by the read-only copy on top: it lives as long as anything runs in the namespace, so killing supervisor
 * and guardian does not open the fence.
 */
export function shieldMounts(pinsFd: number): void {
  unshare(CLONE_NEWNS);
  mount({ target: "/", flags: MS_REC | MS_SLAVE });
  const [first, ...others] = kernelSettings();
  if (first === undefined) throw new Error("Cannot shield the command: no proc file system is mounted");
  coverReadOnly(first, pinsFd);
  for (const place of [...others, ...readOnlyPlaces]) if (existsSync(place)) coverReadOnly(place, null);
  for (const socket of presentSockets()) mount({ source: "/dev/null", target: socket, flags: MS_BIND });
}

/** Puts a read-only copy of a place over it, with the hidden file system between the two. */
function coverReadOnly(path: string, hiddenFd: number | null): void {
  const copy = readOnlyCopy(path);
  if (hiddenFd !== null) moveMount({ fromFd: hiddenFd, toPath: path });
  moveMount({ fromFd: copy, toPath: path });
}

function readOnlyCopy(path: string): number {
  const fd = openTree(path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  mountSetattr("", { set: MOUNT_ATTR_RDONLY }, fd);
  return fd;
}

/** /proc/sys and sysrq-trigger wherever a proc file system shows them, /proc/sys itself first. */
function kernelSettings(): string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => / - proc /.test(line))
    .map((line) => line.split(" ").map(fromOctal));
  const places = mounts.flatMap(([, , , root = "", point = ""]) => {
    if (root === "/") return [`${point}/sys`, `${point}/sysrq-trigger`];
    return root === "/sys" || root.startsWith("/sys/") || root === "/sysrq-trigger" ? [point] : [];
  });
  const present = new Set(places.filter((place) => existsSync(place)));
  return present.delete("/proc/sys") ? ["/proc/sys", ...present] : [...present];
}

/** mountinfo writes blanks and backslashes as octal. */
function fromOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function presentSockets(): string[] {
  const users = existsSync("/run/user") ? readdirSync("/run/user") : [];
  const all = [
    ...controlSockets,
    ...nameServiceSockets,
    ...users.flatMap((user) => userControlSockets.map((name) => `/run/user/${user}/${name}`)),
  ];
  return all.filter((path) => existsSync(path));
}
