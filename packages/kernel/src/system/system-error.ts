import { getSystemErrorMap } from "node:util";
import koffi from "koffi";

const names = new Map<number, string>();

function codeOf(errno: number): string {
  if (names.size === 0) for (const [name, value] of Object.entries(koffi.os.errno)) names.set(value, name);
  return getSystemErrorMap().get(-errno)?.[0] ?? names.get(errno) ?? `E${errno}`;
}

/** A system call that failed. `code` is the symbolic errno ("EPERM"), `errno` the positive number. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;

  /** @param action what was attempted, as in `mount "/proc"`; it follows "Cannot" in the message */
  constructor(syscall: string, errno: number, action: string) {
    const code = codeOf(errno);
    const reason = getSystemErrorMap().get(-errno)?.[1];
    super(`Cannot ${action}: ${reason === undefined ? code : `${reason} (${code})`}`);
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
  }
}
