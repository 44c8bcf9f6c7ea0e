import { EventOutput } from "../observe/event-output.js";
import { observeLive, observeRecorded } from "../observe/observe.js";
import { observeOptionSpecs, toObserveCommand } from "../observe/observe-options.js";
import { parseOnlyOptions, renderOptions } from "../option-table.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

export const observe: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, observeOptionSpecs, "observe");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    const command = toObserveCommand(values, Date.now());
    const output = new EventOutput(command, process.stdout.isTTY ? process.stdout.columns : null);
    if (!command.follow) {
      await observeRecorded(command, output);
      return 0;
    }
    const stop = new AbortController();
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stop.abort());
    await observeLive(command, output, stop.signal);
    return 0;
  },
};

function helpText(): string {
  return `Usage: ringfence observe [OPTIONS]

Shows who talked to whom and what became of it: from the agent's history, which needs no agent; with
-f as it happens; or from a log of ringfence run. Times are UTC.

${renderOptions(observeOptionSpecs)}

Exit status: 0; 125 when the history or the agent cannot be reached.
`;
}
