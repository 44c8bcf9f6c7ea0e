import koffi from "koffi";
import { SystemError } from "./system-error.js";

/** Returns a C function's result; throws SystemError from errno when it is -1. */
export function checkResult(result: number, syscall: string, action: string): number {
  if (result === -1) throw new SystemError(syscall, koffi.errno(), action);
  return result;
}
