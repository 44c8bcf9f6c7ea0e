import type { StartResults } from "../start/measure-start.js";
import type { Bar } from "./bar.js";

export function barsOfStart(start: StartResults): readonly Bar[] {
  const { phases, commands } = start;
  const phase = (ms: number) => ms.toFixed(0);
  return [
    {
      what: "`ringfence run true` adds",
      bound: 400,
      unit: "ms",
      found: start.added.p50,
      because: `${phase(phases.plain.total)} ms make the fence; the rest is Node, which takes ${phase(commands.node.p50)} ms to start and end even without a program`,
    },
    {
      what: "of it, compile and load",
      bound: 150,
      unit: "ms",
      found: phases.plain.total,
      because: `${phase(phases.plain.load)} ms are \`bpf_object__load\`, and ${phase(start.verification.ms)} of these the kernel's verifier`,
    },
  ];
}
