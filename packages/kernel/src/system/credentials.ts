import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";

type Three = (real: number, effective: number, saved: number) => number;

const nativeSetresuid = libc.func<Three>("int setresuid(uint32_t r, uint32_t e, uint32_t s)");
const nativeSetresgid = libc.func<Three>("int setresgid(uint32_t r, uint32_t e, uint32_t s)");
const nativeSetgroups = libc.func<(count: number, list: Uint32Array) => number>(
  "int setgroups(size_t count, const uint32_t *list)",
);
const nativeInitgroups = libc.func<(user: string, gid: number) => number>(
  "int initgroups(const char *user, uint32_t gid)",
);

/** setresuid(2) for every thread: real, effective and saved user become `uid`. */
export function setUser(uid: number): void {
  checkResult(nativeSetresuid()(uid, uid, uid), "setresuid", `become user ${uid}`);
}

/** setresgid(2) for every thread: real, effective and saved group become `gid`. */
export function setGroup(gid: number): void {
  checkResult(nativeSetresgid()(gid, gid, gid), "setresgid", `become group ${gid}`);
}

/** setgroups(2) for every thread: replaces the supplementary groups. */
export function setSupplementaryGroups(gids: readonly number[]): void {
  const list = Uint32Array.from(gids.length === 0 ? [0] : gids);
  checkResult(nativeSetgroups()(gids.length, list), "setgroups", "set the supplementary groups");
}

/** initgroups(3): supplementary groups from the group database, `gid` included. */
export function initGroups(user: string, gid: number): void {
  checkResult(nativeInitgroups()(user, gid), "initgroups", `set the groups of user "${user}"`);
}
