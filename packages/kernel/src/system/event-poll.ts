import { closeSync, readSync, writeSync } from "node:fs";
import koffi from "koffi";
import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";

const EPOLL_CLOEXEC = 0o2000000;
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
/** struct epoll_event is packed on x86-64 only. */
const EVENT_BYTES = process.arch === "x64" ? 12 : 16;
const DATA_OFFSET = EVENT_BYTES - 8;
const MAX_EVENTS = 4;

type Wait = (poll: number, events: bigint, count: number, timeout: number) => number;

const epollCreate = libc.func<(flags: number) => number>("int epoll_create1(int flags)");
const epollControl = libc.func<(poll: number, operation: number, fd: number, event: Uint8Array) => number>(
  "int epoll_ctl(int poll, int operation, int fd, void *event)",
);
const epollWait = libc.func<Wait>("int epoll_wait(int poll, void *events, int count, int timeout)");
const eventFd = libc.func<(count: number, flags: number) => number>(
  "int eventfd(unsigned int count, int flags)",
);

/**
 * Waits for one descriptor to become readable on a worker thread, until woken.
 * The worker sits in epoll_wait without a timeout, so an idle process does not wake up at all.
 */
export class EventPoll implements Disposable {
  readonly #poll: number;
  readonly #wake: number;
  readonly #events: bigint;
  #waiting = false;
  #closed = false;

  constructor(fd: number) {
    this.#poll = checkResult(epollCreate()(EPOLL_CLOEXEC), "epoll_create1", "make an epoll descriptor");
    this.#wake = checkResult(eventFd()(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd", "make an event descriptor");
    this.#add(fd);
    this.#add(this.#wake);
    // the worker writes here while JavaScript runs: memory that no garbage collector moves or frees
    this.#events = koffi.alloc("uint8_t", EVENT_BYTES * MAX_EVENTS) as bigint;
  }

  /** Resolves when the descriptor is readable or `wake` was called; a signal may resolve it early. */
  async wait(): Promise<void> {
    if (this.#closed) throw new Error("Cannot wait for events: the poll is closed");
    if (this.#waiting) throw new Error("Cannot wait for events twice at a time");
    this.#waiting = true;
    // the loop's worker threads are joined at exit, so a waiting one must return before
    const wake = () => this.wake();
    process.once("exit", wake);
    try {
      await new Promise<void>((resolve, reject) => {
        epollWait().async(this.#poll, this.#events, MAX_EVENTS, -1, (error) => {
          // a result of -1 is EINTR, which SIGCONT brings: as good as any other reason to look again
          if (error !== null) reject(error);
          else resolve();
        });
      });
    } finally {
      process.removeListener("exit", wake);
      this.#waiting = false;
      if (this.#closed) this.#release();
      else this.#drainWake();
    }
  }

  /** Makes the present wait return, or the next one if there is none. */
  wake(): void {
    if (!this.#closed) writeSync(this.#wake, new BigUint64Array([1n]));
  }

  /** Ends the poll, at once or when the worker has returned; safe to call twice. */
  close(): void {
    if (this.#closed) return;
    this.wake();
    this.#closed = true;
    if (!this.#waiting) this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(fd: number): void {
    const event = new Uint8Array(EVENT_BYTES);
    const view = new DataView(event.buffer);
    view.setUint32(0, EPOLLIN, true);
    view.setBigUint64(DATA_OFFSET, BigInt(fd), true);
    checkResult(epollControl()(this.#poll, EPOLL_CTL_ADD, fd, event), "epoll_ctl", `watch descriptor ${fd}`);
  }

  #drainWake(): void {
    try {
      readSync(this.#wake, new Uint8Array(8));
    } catch (error) {
      // empty: it was the descriptor that woke us
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }

  #release(): void {
    closeSync(this.#poll);
    closeSync(this.#wake);
    koffi.free(this.#events);
  }
}
