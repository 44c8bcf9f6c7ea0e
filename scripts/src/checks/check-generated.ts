import { spawnSync } from "node:child_process";
import type { Generator } from "./generators.js";

/** Generated files that differ from what their generator writes, one message each. */
export function checkGenerated(generators: readonly Generator[], root: string): readonly string[] {
  return generators.flatMap(({ name, command: [program, ...rest] }) => {
    const result = spawnSync(program, [...rest, "--check"], { cwd: root, encoding: "utf8" });
    if (result.status === 0) return [];
    const reason = result.error?.message ?? (result.stderr || result.stdout).trim();
    return [`${name}: ${reason}`];
  });
}
