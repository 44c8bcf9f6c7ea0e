import { constants } from "node:os";
import koffi from "koffi";

// The C library's calls as a program would make them: no Node socket in between, errno as the kernel gave it.

const c = koffi.load(null);

type Pointer = Uint8Array | null;
type Call<A extends readonly unknown[]> = (...args: A) => number;

function declare<A extends readonly unknown[]>(prototype: string): Call<A> {
  return c.func(prototype) as unknown as Call<A>;
}

export const libc = {
  socket: declare<[number, number, number]>("int socket(int family, int type, int protocol)"),
  connect: declare<[number, Pointer, number]>("int connect(int fd, const void *address, uint32_t length)"),
  bind: declare<[number, Pointer, number]>("int bind(int fd, const void *address, uint32_t length)"),
  listen: declare<[number, number]>("int listen(int fd, int backlog)"),
  accept: declare<[number, Pointer, Pointer]>("int accept(int fd, void *address, void *length)"),
  getsockname: declare<[number, Pointer, Pointer]>("int getsockname(int fd, void *address, void *length)"),
  send: declare<[number, Pointer, number, number]>(
    "intptr_t send(int fd, const void *data, size_t length, int flags)",
  ),
  sendto: declare<[number, Pointer, number, number, Pointer, number]>(
    "intptr_t sendto(int fd, const void *data, size_t length, int flags, const void *address, uint32_t size)",
  ),
  sendmsg: declare<[number, Pointer, number]>("intptr_t sendmsg(int fd, const void *message, int flags)"),
  write: declare<[number, Pointer, number]>("intptr_t write(int fd, const void *data, size_t length)"),
  recv: declare<[number, Pointer, number, number]>(
    "intptr_t recv(int fd, void *data, size_t length, int flags)",
  ),
  setsockopt: declare<[number, number, number, Pointer, number]>(
    "int setsockopt(int fd, int level, int name, const void *value, uint32_t length)",
  ),
  close: declare<[number]>("int close(int fd)"),
  mount: declare<[Pointer, Pointer, Pointer, number, Pointer]>(
    "int mount(const void *source, const void *target, const void *type, unsigned long flags, const void *data)",
  ),
  umount2: declare<[Pointer, number]>("int umount2(const void *target, int flags)"),
  unshare: declare<[number]>("int unshare(int flags)"),
  setns: declare<[number, number]>("int setns(int fd, int type)"),
  setresuid: declare<[number, number, number]>("int setresuid(uint32_t r, uint32_t e, uint32_t s)"),
  setresgid: declare<[number, number, number]>("int setresgid(uint32_t r, uint32_t e, uint32_t s)"),
  prctl: declare<[number, Pointer]>("int prctl(int option, const void *argument)"),
  syscall: declare<[number, bigint, bigint, bigint, bigint, bigint, bigint]>(
    "intptr_t syscall(long n, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f)",
  ),
} as const;

const nativeMmap = c.func(
  "void *mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)",
) as unknown as (...args: readonly [null, number, number, number, number, number]) => bigint | null;

const READ_WRITE = 3;
const SHARED = 1;

/** Maps a file's memory and shows it; it stays mapped until the process ends. */
export function mapMemory(fd: number, length: number, offset: number): DataView {
  const pointer = nativeMmap(null, length, READ_WRITE, SHARED, fd, offset);
  if (pointer === null) throw new Error(`Cannot map ${length} bytes: ${errnoName()}`);
  return new DataView(koffi.view(pointer, length));
}

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

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number as number, name]));

/** The name of the error that the last call left, such as "EPERM". */
export function errnoName(): string {
  const number = koffi.errno();
  return names.get(number) ?? `errno ${number}`;
}

/** Address of bytes, for structures that hold pointers. */
export function addressOf(bytes: ArrayBufferView): bigint {
  return BigInt(koffi.address(bytes));
}
