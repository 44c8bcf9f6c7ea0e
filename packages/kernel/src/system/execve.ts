import koffi from "koffi";
import { cString } from "./c-string.js";
import { syscall } from "./syscall.js";

/** Strings laid out as C wants them: a NULL-ended pointer list, and the bytes it points to. */
interface StringList {
  readonly pointers: BigUint64Array;
  readonly bytes: Uint8Array;
}

function stringList(strings: readonly Uint8Array[]): StringList {
  const terminated = strings.map(cString);
  const bytes = Buffer.concat([...terminated, new Uint8Array(1)]);
  const pointers = new BigUint64Array(strings.length + 1);
  let address = koffi.address(bytes);
  for (const [index, string] of terminated.entries()) {
    pointers[index] = address;
    address += BigInt(string.length);
  }
  return { pointers, bytes };
}

/**
 * execve(2): replaces this process, with exactly these bytes for path, argv and environment
 * ("NAME=value" each). Node marks every descriptor it started with close-on-exec, 0 to 2 included:
 * setCloseOnExec(fd, false) keeps one. Returns only by throwing SystemError (ENOENT, EACCES, ENOEXEC, ...).
 */
export function execve(
  path: string | Uint8Array,
  argv: readonly Uint8Array[],
  environment: readonly Uint8Array[],
): never {
  const args = stringList(argv);
  const env = stringList(environment);
  const name = typeof path === "string" ? path : Buffer.from(path).toString();
  syscall("execve", `execute "${name}"`, cString(path), args.pointers, env.pointers);
  throw new Error(`Cannot execute "${name}": execve returned without an error`);
}
