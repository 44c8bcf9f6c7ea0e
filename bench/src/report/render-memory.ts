import type { MemoryResults } from "../memory/measure-memory.js";
import { table } from "./table.js";

const KIB = 1024;

/** What a run holds in memory. */
export function renderMemory(memory: MemoryResults): string {
  const row = (what: string, { rss, pss }: { readonly rss: number; readonly pss: number }) => [
    what,
    rss.toFixed(1),
    pss.toFixed(1),
  ];
  const { kernel } = memory;
  const processes = table(
    ["MiB", "RSS", "PSS"],
    [
      row("supervisor", memory.supervisor),
      row("guardian, waiting", memory.guardian),
      row("together", memory.together),
      row("guardian, after the supervisor returned", memory.guardianAlone),
    ],
  );
  return (
    `### Memory\n\n${processes}\n` +
    `${memory.rounds} rounds. The kernel holds ${(kernel.maps / KIB ** 2).toFixed(1)} MiB for ${kernel.mapCount} maps ` +
    `and ${(kernel.programs / KIB).toFixed(0)} KiB for ${kernel.programCount} programs of one run.\n`
  );
}
