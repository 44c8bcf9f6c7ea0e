import koffi from "koffi";
import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";
import { SystemError } from "./system-error.js";

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffffffffffffffffn;
const PAGE_SIZE_NAME = 30;

type Mmap = (
  at: null,
  length: number,
  protection: number,
  flags: number,
  fd: number,
  offset: number,
) => bigint;

const nativeMmap = libc.func<Mmap>(
  "void *mmap(void *at, size_t length, int protection, int flags, int fd, int64_t offset)",
);
const nativeMunmap = libc.func<(at: bigint, length: number) => number>("int munmap(void *at, size_t length)");
const nativeSysconf = libc.func<(name: number) => number>("long sysconf(int name)");

/** Bytes of a memory page. */
export function pageSize(): number {
  return nativeSysconf()(PAGE_SIZE_NAME);
}

/** Memory shared with the kernel or another process. Its buffer must not be touched after `unmap`. */
export class MemoryMap {
  readonly buffer: ArrayBuffer;
  readonly #address: bigint;
  #mapped = true;

  /** @param writable false makes a write through `buffer` a fault, not an exception */
  constructor(fd: number, offset: number, length: number, writable: boolean) {
    const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    const address = nativeMmap()(null, length, protection, MAP_SHARED, fd, offset);
    if (address === MAP_FAILED) {
      throw new SystemError("mmap", koffi.errno(), `map ${length} bytes of descriptor ${fd}`);
    }
    this.#address = address;
    this.buffer = koffi.view(address, length);
  }

  /** Ends the mapping; safe to call twice. */
  unmap(): void {
    if (!this.#mapped) return;
    this.#mapped = false;
    const length = this.buffer.byteLength;
    checkResult(nativeMunmap()(this.#address, length), "munmap", `unmap ${length} bytes`);
  }
}
