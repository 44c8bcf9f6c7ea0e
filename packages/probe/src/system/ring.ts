import { constants } from "node:os";
import { SystemError } from "@ringfence/kernel/system";
import { checked } from "./calls.js";
import { addressOf, libc, mapMemory } from "./libc.js";

// io_uring with raw calls. Layouts and numbers from linux/io_uring.h.

const SETUP = 425;
const ENTER = 426;
const OP_SENDMSG = 9;
const OP_CONNECT = 16;
const OP_SOCKET = 45;
const SETUP_SQPOLL = 2;
const ENTER_GETEVENTS = 1n;
const ENTER_SQ_WAKEUP = 2n;
const FORCE_ASYNC = 1 << 4; // IOSQE_ASYNC: a worker of the kernel makes the call, not the caller
const OFFSET_SQES = 0x10000000;
const SQE_BYTES = 64;
const ENTRIES = 2n;
const POLLS = 80;
const POLL_MS = 5;

/** What is needed to map a ring: offsets in its memory, which only its maker is told. */
export interface RingLayout {
  readonly entries: number;
  readonly completionEntries: number;
  readonly submissionTail: number;
  readonly submissionArray: number;
  readonly completionTail: number;
  readonly completions: number;
  readonly polled: boolean;
}

/** One call, as an entry of the submission queue. Whoever makes it keeps alive what it points to. */
export interface RingCall {
  readonly operation: "connect" | "sendmsg" | "socket";
  readonly fd: number;
  readonly address?: bigint;
  readonly length?: number;
  readonly offset?: number;
  /** has a worker thread of the kernel make the call */
  readonly worker?: boolean;
}

const operations = { connect: OP_CONNECT, sendmsg: OP_SENDMSG, socket: OP_SOCKET } as const;

/** A ring for one call. */
export class Ring {
  readonly fd: number;
  readonly layout: RingLayout;
  readonly #rings: DataView;
  readonly #entries: DataView;

  private constructor(fd: number, layout: RingLayout) {
    this.fd = fd;
    this.layout = layout;
    // since Linux 5.4 both rings share one mapping
    const length = Math.max(
      layout.completions + layout.completionEntries * 16,
      layout.submissionArray + layout.entries * 4,
    );
    this.#rings = mapMemory(fd, length, 0);
    this.#entries = mapMemory(fd, layout.entries * SQE_BYTES, OFFSET_SQES);
  }

  /** @param polled a thread of the kernel looks for entries, so that nobody calls for them (SQPOLL) */
  static make({ polled = false }: { readonly polled?: boolean } = {}): Ring {
    const parameters = new Uint8Array(120);
    const view = new DataView(parameters.buffer);
    view.setUint32(8, polled ? SETUP_SQPOLL : 0, true);
    view.setUint32(16, 2000, true); // ms that the thread looks before it sleeps
    const fd = checked("io_uring_setup", libc.syscall(SETUP, ENTRIES, addressOf(parameters), 0n, 0n, 0n, 0n));
    const at = (offset: number) => view.getUint32(offset, true);
    // sq_off begins at 40, cq_off at 80
    return new Ring(fd, {
      entries: at(0),
      completionEntries: at(4),
      submissionTail: at(44),
      submissionArray: at(64),
      completionTail: at(84),
      completions: at(100),
      polled,
    });
  }

  /** A ring that somebody else made. */
  static attach(fd: number, layout: RingLayout): Ring {
    return new Ring(fd, layout);
  }

  /** Has the call made and returns its result. Throws SystemError for an errno, ETIME when nothing came back. */
  run(call: RingCall): number {
    this.#write(call);
    this.#rings.setUint32(this.layout.submissionArray, 0, true);
    this.#rings.setUint32(this.layout.submissionTail, 1, true);
    const [count, flags] = this.layout.polled ? [0n, ENTER_SQ_WAKEUP] : [1n, ENTER_GETEVENTS];
    checked("io_uring_enter", libc.syscall(ENTER, BigInt(this.fd), count, 0n, flags, 0n, 0n));
    return this.#result(call.operation);
  }

  #write({ operation, fd, address = 0n, length = 0, offset = 0, worker = false }: RingCall): void {
    this.#entries.setUint8(0, operations[operation]);
    this.#entries.setUint8(1, worker ? FORCE_ASYNC : 0);
    this.#entries.setInt32(4, fd, true);
    this.#entries.setBigUint64(8, BigInt(offset), true);
    this.#entries.setBigUint64(16, address, true);
    this.#entries.setUint32(24, length, true);
  }

  #result(operation: RingCall["operation"]): number {
    const idle = new Int32Array(new SharedArrayBuffer(4));
    const { completionTail, completions } = this.layout;
    for (let poll = 0; poll < POLLS; poll++) {
      if (this.#rings.getUint32(completionTail, true) !== 0) {
        const result = this.#rings.getInt32(completions + 8, true);
        if (result < 0) throw new SystemError(operation, -result, `have io_uring call ${operation}()`);
        return result;
      }
      Atomics.wait(idle, 0, 0, POLL_MS);
    }
    throw new SystemError(operation, constants.errno.ETIME, `have io_uring call ${operation}()`);
  }
}

/** The entry that connects a socket. The address must stay referenced until the result is there. */
export function connectCall(fd: number, address: Uint8Array): RingCall {
  return { operation: "connect", fd, address: addressOf(address), offset: address.length };
}

/** The entry that sends a message; so must the header and what it points to. */
export function sendmsgCall(fd: number, header: Uint8Array): RingCall {
  return { operation: "sendmsg", fd, address: addressOf(header), length: 1 };
}

/** The entry that makes a socket. */
export function socketCall(family: number, type: number, protocol = 0): RingCall {
  return { operation: "socket", fd: family, offset: type, length: protocol };
}
