import type { ErrorCode } from "@ringfence/model";

/** Our own failure: before a command ran, or with the report of one that succeeded. */
export const EXIT_FAILED = 125;

/** The policy denied, where that was asked for. */
export const EXIT_DENIED = 3;

/** The status for an error: those of a shell for the command's own faults. */
export function exitCodeOf(code: ErrorCode): number {
  if (code === "RF_COMMAND_NOT_FOUND") return 127;
  return code === "RF_COMMAND_NOT_EXECUTABLE" ? 126 : EXIT_FAILED;
}
