import koffi from "koffi";
import { syscall } from "./syscall.js";

/** One instruction of classic BPF (struct sock_filter). */
export interface FilterInstruction {
  readonly code: number;
  /** instructions to skip when the comparison holds */
  readonly jt: number;
  /** instructions to skip when it does not */
  readonly jf: number;
  readonly k: number;
}

const SECCOMP_SET_MODE_FILTER = 1;
const INSTRUCTION_BYTES = 8;

/** The filter as the kernel reads it, eight bytes each. */
export function encodeFilter(filter: readonly FilterInstruction[]): Uint8Array {
  const bytes = new Uint8Array(filter.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, jt, jf, k }] of filter.entries()) {
    const offset = index * INSTRUCTION_BYTES;
    view.setUint16(offset, code, true);
    view.setUint8(offset + 2, jt);
    view.setUint8(offset + 3, jf);
    view.setUint32(offset + 4, k >>> 0, true);
  }
  return bytes;
}

/**
 * seccomp(2), SECCOMP_SET_MODE_FILTER: installs a filter for good, inherited by every child.
 * Needs CAP_SYS_ADMIN or no_new_privs. Applies to the calling thread unless `flags` says more.
 */
export function installFilter(filter: readonly FilterInstruction[], flags = 0): void {
  const instructions = encodeFilter(filter);
  const program = new Uint8Array(16);
  const view = new DataView(program.buffer);
  view.setUint16(0, filter.length, true);
  view.setBigUint64(8, koffi.address(instructions), true);
  syscall("seccomp", "install a seccomp filter", SECCOMP_SET_MODE_FILTER, flags, program);
}
