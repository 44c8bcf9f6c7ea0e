import type { CpuResults } from "../cpu/measure-cpu.js";
import { table } from "./table.js";

/** CPU time at a steady rate of connects. */
export function renderCpu({ rounds, rate, rules, caller, supervisor }: CpuResults): string {
  const row = (what: string, { none, fence }: { readonly none: number; readonly fence: number }) => [
    what,
    none.toFixed(1),
    fence.toFixed(1),
    (fence - none).toFixed(1),
  ];
  const rows = [
    row("the caller, kernel included", caller),
    row("the process that reads the events", supervisor),
  ];
  return (
    `### CPU at ${rate} TCP connects a second\n\n` +
    `${table(["ms of CPU time a second", "no program", "fence", "added"], rows)}\n` +
    `Medians of ${rounds} rounds of a second each, ${rules} rules, another destination each time.\n`
  );
}
