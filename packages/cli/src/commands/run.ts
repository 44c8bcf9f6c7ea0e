import { writeFileSync } from "node:fs";
import { RingfenceError } from "@ringfence/model";
import { parseOptions, renderOptions } from "../option-table.js";
import { readRawArguments } from "../run/launch-state.js";
import { leave, leaveBySignal } from "../run/leave.js";
import { runOptionSpecs, runTrailer, toRunOptions } from "../run/run-options.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

export const run: Command = {
  async main(args) {
    const parsed = parseOptions(args, runOptionSpecs, "run");
    if (parsed.values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    // the exact bytes of the command: Node decodes its own copy as UTF-8
    const argv = readRawArguments().slice(1 + parsed.rest);
    if (argv.length === 0) {
      throw new RingfenceError("RF_USAGE", "No command is given", {
        hint: "ringfence run [OPTIONS] -- COMMAND",
      });
    }
    writeFileSync("/proc/self/comm", "ringfence"); // what the command's parent is called in reports
    const { supervise } = await import("../run/supervise.js");
    const end = await supervise(toRunOptions(parsed), argv);
    return "signal" in end ? leaveBySignal(end.signal) : leave(end.code);
  },
};

function helpText(): string {
  return `Usage: ringfence run [OPTIONS] [--] COMMAND [ARGS]

Runs COMMAND so that the kernel judges every connection that it and its descendants try, by
program and destination, and reports at the end. Needs root.

${renderOptions(runOptionSpecs)}

${runTrailer}
`;
}
