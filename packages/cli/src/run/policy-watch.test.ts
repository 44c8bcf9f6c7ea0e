import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { PolicyWatch, stampsOf } from "./policy-watch.js";

test("PolicyWatch takes nothing that changed while it was read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-watch-"));
  const file = join(folder, "policy.yaml");
  writeFileSync(file, "first", { mode: 0o644 });
  const loaded = stampsOf([file]);
  const told: string[] = [];
  let loads = 0;
  let found: () => void = () => undefined;
  const taken = new Promise<void>((resolve) => {
    found = resolve;
  });
  const watch = new PolicyWatch({
    files: [file],
    loaded,
    reload: async ({ onRead }) => {
      const text = readFileSync(file, "utf8");
      if (++loads === 1) writeFileSync(file, "half, and the rest");
      onRead();
      return text;
    },
    tell: (text) => {
      told.push(text);
      found();
    },
  });
  const keepAlive = setInterval(() => undefined, 1000);
  try {
    writeFileSync(file, "half");
    await taken;
  } finally {
    clearInterval(keepAlive);
    await watch.stop();
    rmSync(folder, { recursive: true });
  }
  assert.deepEqual(told, ["half, and the rest"]);
  assert.equal(loads, 2);
});
