import type { MemoryResults } from "../memory/measure-memory.js";
import type { RuleMemoryResults } from "../rule-memory/measure-rule-memory.js";
import type { Bar } from "./bar.js";

export function barsOfMemory(memory: MemoryResults): readonly Bar[] {
  return [
    {
      what: "supervisor and guardian hold (RSS)",
      bound: 90,
      unit: "MiB",
      found: memory.together.rss,
      because: `the supervisor is a Node process; the guardian is a shell that waits (${memory.guardian.rss.toFixed(1)} MiB)`,
    },
  ];
}

export function barsOfRuleMemory({ bySet }: RuleMemoryResults): readonly Bar[] {
  return [
    {
      what: "a supervisor with 10,000 rules holds (RSS)",
      bound: 100,
      unit: "MiB",
      found: bySet["ten-thousand"].rss,
      because: `${(bySet["ten-thousand"].rss - bySet.few.rss).toFixed(0)} MiB more than with 10 rules: the compiled tables, which Node gives back late, and the rules' names`,
    },
  ];
}
