import { RingfenceError } from "@ringfence/model";
import type { BpfProgram } from "./bpf-program.js";
import { errnoText } from "./errno.js";

/** Placeholder until features exist. */
export function loadError(
  path: string,
  errno: number,
  messages: string,
  _programs: readonly BpfProgram[],
): RingfenceError {
  return new RingfenceError("RF_LOAD_REFUSED", `Cannot load BPF object "${path}": ${errnoText(errno)}`, {
    cause: new Error(messages),
  });
}
