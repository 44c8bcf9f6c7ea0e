import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { checkHost, requireRoot } from "../run/check-host.js";
import { leaveBySignal } from "../run/leave.js";
import { renderSelftest } from "../selftest/render-selftest.js";
import { selftest as runSelftest } from "../selftest/selftest.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  { name: "json", help: "print JSON instead of a table" },
  {
    name: "load-modules",
    help: "also try protocols whose kernel module is not loaded; the kernel loads it, and it stays",
  },
  { name: "help", help: "show this text" },
];

const endings = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

export const selftest: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "selftest");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    requireRoot("run the selftest", "run it with sudo");
    checkHost();
    const abort = new AbortController();
    let ending: NodeJS.Signals | null = null;
    for (const name of endings) {
      process.on(name, () => {
        ending ??= name;
        abort.abort();
      });
    }
    try {
      const result = await runSelftest({ loadModules: values.has("load-modules"), signal: abort.signal });
      writeOut(1, values.has("json") ? `${JSON.stringify(result, null, 2)}\n` : renderSelftest(result));
      return result.ok ? 0 : 1;
    } catch (error) {
      if (ending !== null) return leaveBySignal(ending);
      throw error;
    }
  },
};

function helpText(): string {
  return `Usage: ringfence selftest [OPTIONS]

Tries every known way out of a fence on this kernel, and tells for each what became of it and what
stopped it. In a cgroup and network namespaces of its own: nothing outside is touched. Needs root.

${renderOptions(specs)}

Exit status: 0 when nothing is worse than this kernel allows; 1 when something is; 125 when the
selftest itself failed.
`;
}
