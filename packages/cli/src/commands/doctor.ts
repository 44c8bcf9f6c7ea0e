import { examineObject } from "@ringfence/agent";
import { Cgroup2, probeKernel, summarize } from "@ringfence/kernel";
import { isolationOf, landlockAbi } from "@ringfence/kernel/system";
import { type DoctorReport, renderDoctor } from "../doctor/render-doctor.js";
import { withLandlock } from "../doctor/with-landlock.js";
import { OBJECT_PATH } from "../object-path.js";
import { type OptionSpec, parseOnlyOptions, renderOptions } from "../option-table.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

const specs: readonly OptionSpec[] = [
  { name: "json", help: "print JSON instead of tables" },
  { name: "help", help: "show this text" },
];

export const doctor: Command = {
  async main(args) {
    const values = parseOnlyOptions(args, specs, "doctor");
    if (values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    const report = examine();
    writeOut(1, values.has("json") ? `${JSON.stringify(report, null, 2)}\n` : renderDoctor(report));
    return report.summary.level === "unusable" || report.object === null ? 1 : 0;
  },
};

function examine(): DoctorReport {
  const kernel = probeKernel();
  const abi = landlockAbi();
  const isolation = isolationOf(abi);
  const summary = withLandlock(summarize(kernel), isolation);
  const base = { schema: "ringfence.doctor/v1", kernel, landlock: { abi, isolation } } as const;
  try {
    using cgroups = Cgroup2.open();
    return { ...base, object: examineObject(OBJECT_PATH, cgroups), loadError: null, summary };
  } catch (error) {
    const loadError = error instanceof Error ? error.message : String(error);
    const finding = {
      what: `our programs cannot be loaded: ${loadError}`,
      cost: "ringfence run refuses to start",
    };
    return {
      ...base,
      object: null,
      loadError,
      summary: { ...summary, level: "unusable", blocking: [...summary.blocking, finding] },
    };
  }
}

function helpText(): string {
  return `Usage: ringfence doctor [OPTIONS]

Tries each kernel feature that Ringfence uses, and its own programs in a scratch cgroup. Changes nothing.

${renderOptions(specs)}

Exit status: 0 when ringfence run works here, degraded or not; 1 when it does not.
`;
}
