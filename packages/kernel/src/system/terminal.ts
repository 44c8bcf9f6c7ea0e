import { constants } from "node:os";
import koffi from "koffi";
import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";

const nativeTcgetpgrp = libc.func<(fd: number) => number>("int tcgetpgrp(int fd)");
const nativeTcsetpgrp = libc.func<(fd: number, group: number) => number>("int tcsetpgrp(int fd, int group)");

export { isatty as isTerminal } from "node:tty";

/** The terminal's foreground process group; null when the descriptor is not our controlling terminal. */
export function foregroundGroup(fd: number): number | null {
  const group = nativeTcgetpgrp()(fd);
  if (group === -1 && koffi.errno() === constants.errno.ENOTTY) return null;
  return checkResult(group, "tcgetpgrp", `read the foreground group of descriptor ${fd}`);
}

/** Makes a group the terminal's foreground one; the caller blocks or ignores SIGTTOU. */
export function setForegroundGroup(fd: number, group: number): void {
  const result = nativeTcsetpgrp()(fd, group);
  checkResult(result, "tcsetpgrp", `give the terminal of descriptor ${fd} to group ${group}`);
}
