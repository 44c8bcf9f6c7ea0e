import assert from "node:assert/strict";
import { test } from "node:test";
import { checkGenerated } from "./check-generated.js";

const script = (code: string) => [process.execPath, "-e", code, "--"] as const;

test("checkGenerated accepts a generator that has nothing to change", () => {
  const code = 'process.exit(process.argv.includes("--check") ? 0 : 1)';
  assert.deepEqual(checkGenerated([{ name: "a", command: script(code) }], "."), []);
});

test("checkGenerated passes on what the generator says about a difference", () => {
  const code = 'console.error("b.md differs"); process.exit(1)';
  assert.deepEqual(checkGenerated([{ name: "a", command: script(code) }], "."), ["a: b.md differs"]);
});

test("checkGenerated reports a generator that does not start", () => {
  assert.match(checkGenerated([{ name: "a", command: ["/nonexistent"] }], ".").join(), /^a: .*ENOENT/);
});
