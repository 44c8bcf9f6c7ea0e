import type { RuleMemoryResults } from "../rule-memory/measure-rule-memory.js";
import type { Measured } from "../rule-memory/sets.js";
import { table } from "./table.js";

const KIB = 1024;

/** Memory by the size of the policy. */
export function renderRuleMemory({ bySet, bytesPerRule, bytesPerPrefix }: RuleMemoryResults): string {
  const row = (what: string, { maps, rss }: Measured) => [what, (maps / KIB ** 2).toFixed(1), rss.toFixed(1)];
  const rows = [
    row("10 rules", bySet.few),
    row("1,000 rules", bySet.thousand),
    row("10,000 rules", bySet["ten-thousand"]),
    row("100,000 prefixes in one policy", bySet.prefixes),
  ];
  return (
    `### Memory by size of the policy\n\n` +
    `${table(["MiB", "kernel maps", "RSS of the supervisor"], rows)}\n` +
    `A rule takes ${bytesPerRule.toFixed(0)} bytes of kernel memory, a prefix ${bytesPerPrefix.toFixed(0)}. The ` +
    "supervisor has taken over the compiled policy; what that left behind is in its figure.\n"
  );
}
