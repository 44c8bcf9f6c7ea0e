import { constants } from "node:os";
import { SystemError } from "@ringfence/kernel/system";
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
  sendmmsg: declare<[number, Pointer, number, number]>(
    "int sendmmsg(int fd, void *messages, unsigned int count, int flags)",
  ),
  ioctl: declare<[number, number, Pointer]>("int ioctl(int fd, unsigned long request, void *argument)"),
  if_nametoindex: declare<[Pointer]>("unsigned int if_nametoindex(const void *name)"),
  recv: declare<[number, Pointer, number, number]>(
    "intptr_t recv(int fd, void *data, size_t length, int flags)",
  ),
  getsockopt: declare<[number, number, number, Pointer, Uint32Array]>(
    "int getsockopt(int fd, int level, int name, void *value, void *length)",
  ),
  setsockopt: declare<[number, number, number, Pointer, number]>(
    "int setsockopt(int fd, int level, int name, const void *value, uint32_t length)",
  ),
  open: declare<[Pointer, number]>("int open(const char *path, int flags)"),
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
const PRIVATE = 2;
const ANONYMOUS = 0x20;
const MAP_FAILED = 0xffffffffffffffffn;

function map(fd: number, length: number, offset: number, flags: number): MappedMemory {
  const address = nativeMmap(null, length, READ_WRITE, flags, fd, offset);
  if (address === null || address === MAP_FAILED) {
    throw new SystemError("mmap", koffi.errno(), `map ${length} bytes of descriptor ${fd}`);
  }
  return { address, view: new DataView(koffi.view(address, length)) };
}

/** Memory that stays mapped until the process ends. */
export interface MappedMemory {
  readonly address: bigint;
  readonly view: DataView;
}

/** Maps a file's memory, shared with whoever else maps it. Throws SystemError. */
export function mapMemory(fd: number, length: number, offset: number): DataView {
  return map(fd, length, offset, SHARED).view;
}

/** New memory that begins at a page. Throws SystemError. */
export function pages(length: number): MappedMemory {
  return map(-1, length, 0, PRIVATE | ANONYMOUS);
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
