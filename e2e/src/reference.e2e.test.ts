import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { repositoryRoot } from "./harness/paths.js";
import { timeout } from "./harness/timeout.js";

/** Runs a part of a unit test, which on its own knows this kernel only, and returns what it printed. */
async function runUnit(file: string, names: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const path = resolve(repositoryRoot, "packages/agent/dist", file);
  const args = ["--test", `--test-name-pattern=${names}`, path];
  // a test below another one would only tell that one
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...inherited, ...env } });
  return stdout;
}

// An older verifier takes other code for dead: what agrees here may not there.
describe("the kernel agrees with the reference", () => {
  test("on verdicts, with names and without", { timeout }, async () => {
    const said = await runUnit("fence/verdict-differential.test.js", "loaded with no more");
    assert.equal(said.match(/4000 pairs/g)?.length, 2, said);
  });

  test("on DNS messages", { timeout }, async () => {
    const env = { RINGFENCE_TEST_MESSAGES: "10000" };
    const said = await runUnit("testing/dns-differential.test.js", "mutated|pointers", env);
    assert.match(said, /# pass 2/);
  });
});
