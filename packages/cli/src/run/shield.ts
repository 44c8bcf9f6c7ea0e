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
import { controlSockets, readOnlyFiles, userControlSockets } from "./dropped-powers.js";

/**
 * Gives the calling thread a mount namespace in which kernel settings are read-only and control sockets lead
 * nowhere; mounts made outside still arrive. The file system with the fence's pinned links goes below /proc/sys,
 * hidden by the read-only copy on top: it lives as long as anything runs in the namespace, so killing supervisor
 * and guardian does not open the fence.
 */
export function shieldMounts(pinsFd: number): void {
  unshare(CLONE_NEWNS);
  mount({ target: "/", flags: MS_REC | MS_SLAVE });
  for (const [index, proc] of procMounts().entries()) {
    lockDirectory(`${proc}/sys`, index === 0 ? pinsFd : null);
  }
  for (const file of readOnlyFiles) if (existsSync(file)) coverReadOnly(file);
  for (const socket of presentSockets()) mount({ source: "/dev/null", target: socket, flags: MS_BIND });
}

function lockDirectory(path: string, pinsFd: number | null): void {
  const copy = readOnlyCopy(path);
  if (pinsFd !== null) moveMount({ fromFd: pinsFd, toPath: path });
  moveMount({ fromFd: copy, toPath: path });
}

function coverReadOnly(path: string): void {
  moveMount({ fromFd: readOnlyCopy(path), toPath: path });
}

function readOnlyCopy(path: string): number {
  const fd = openTree(path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  mountSetattr("", { set: MOUNT_ATTR_RDONLY }, fd);
  return fd;
}

/** Mount points that show a proc file system; the first is /proc. */
function procMounts(): string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const points = lines
    .filter((line) => / - proc /.test(line))
    .map((line) => fromOctal(line.split(" ")[4] ?? ""))
    .filter((point) => existsSync(`${point}/sys/kernel`));
  return ["/proc", ...new Set(points.filter((point) => point !== "/proc"))];
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
    ...users.flatMap((user) => userControlSockets.map((name) => `/run/user/${user}/${name}`)),
  ];
  return all.filter((path) => existsSync(path));
}
