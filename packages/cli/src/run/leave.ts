import { constants } from "node:os";
import {
  exitNow,
  PR_SET_DUMPABLE,
  prctl,
  raise,
  setSignalDisposition,
  setSignalMask,
} from "@ringfence/kernel/system";

/** Ends this process past Node's exit handlers, which would put the terminal's settings back to those at our start. */
export function leave(code: number): never {
  return exitNow(code);
}

/** Dies of the signal that ended the command, so that our caller sees the same; without a second core file. */
export function leaveBySignal(signal: NodeJS.Signals): never {
  const number = constants.signals[signal];
  prctl(PR_SET_DUMPABLE, 0);
  if (signal !== "SIGKILL") setSignalDisposition(number, "default");
  setSignalMask(0n);
  raise(number);
  return exitNow(128 + number);
}
