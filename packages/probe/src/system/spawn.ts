import koffi from "koffi";

const c = koffi.load(null);

const nativeSpawn = c.func(
  "int posix_spawn(_Out_ int *pid, const char *path, const void *actions, const void *attributes, const char **argv, const char **environment)",
) as unknown as (
  pid: [number],
  path: string,
  actions: null,
  attributes: null,
  argv: readonly (string | null)[],
  environment: readonly (string | null)[],
) => number;
const nativeWaitpid = c.func("int waitpid(int pid, _Out_ int *status, int options)") as unknown as (
  pid: number,
  status: [number],
  options: number,
) => number;

/** Runs a program as a child that borrows this process's memory until its exec (vfork), and returns its status. */
export function spawnAndWait(path: string, argv: readonly string[]): number {
  const pid: [number] = [0];
  const failed = nativeSpawn(pid, path, null, null, [...argv, null], ["PATH=/usr/bin:/bin", null]);
  if (failed !== 0) throw new Error(`Cannot start "${path}": error ${failed}`);
  const status: [number] = [0];
  nativeWaitpid(pid[0], status, 0);
  return status[0] >> 8;
}
