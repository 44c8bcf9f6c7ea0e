import koffi from "koffi";
import { checkResult } from "./check-result.js";
import { libc } from "./libc.js";
import { type SyscallName, syscallNumber } from "./syscall-numbers.js";

/** A raw argument: a number, an address, or bytes whose address is meant. */
export type SyscallArgument = number | bigint | ArrayBufferView | null;

type Word = number | bigint;
type Raw = (n: number, a: Word, b: Word, c: Word, d: Word, e: Word, f: Word) => number;

// not declared variadic: integer arguments travel the same way on every ABI that Node runs on
const raw = libc.func<Raw>(
  "intptr_t syscall(long n, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f)",
);

function word(argument: SyscallArgument | undefined): Word {
  if (argument === null || argument === undefined) return 0;
  return typeof argument === "object" ? koffi.address(argument) : argument;
}

/**
 * Makes one system call and returns its result.
 * Throws SystemError when the kernel refuses; `action` completes "Cannot ..." in the message.
 */
export function syscall(name: SyscallName, action: string, ...args: readonly SyscallArgument[]): number {
  const [a, b, c, d, e, f] = args;
  const number = syscallNumber(name);
  return checkResult(raw()(number, word(a), word(b), word(c), word(d), word(e), word(f)), name, action);
}
