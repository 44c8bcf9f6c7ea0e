import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { runInVm } from "./run-in-vm.js";

/** What runInVm makes of a machine that is this shell script. */
async function inMachine(script: string) {
  const root = mkdtempSync(join(tmpdir(), "ringfence-vm-"));
  try {
    const path = join(root, "scripts/vm.sh");
    mkdirSync(dirname(path));
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    let printed = "";
    const counts = await runInVm(root, { stage: "some-stage", cpus: 2, timeout: 7 }, (text) => {
      printed += text;
    });
    return { counts, printed };
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("runInVm starts the stage, prints what both streams say in order, and brings the counts back", async () => {
  const script = `echo "$1 $2 $3 $4 $5"; echo shared "$6" >&2; shift 8; echo "$1 $2 $3 $5"
echo '{"passed":3,"failed":1,"skipped":2,"failures":["a"]}' >"$4"; exit 1`;
  assert.deepEqual(await inMachine(script), {
    counts: { passed: 3, failed: 1, skipped: 2, failures: ["a"] },
    printed:
      "run --timeout 7 --cpus 2\nshared --share\nnode scripts/dist/run-tests.js --results some-stage\n",
  });
});

test("runInVm counts a machine that brings nothing back as a failure", async () => {
  const { counts, printed } = await inMachine("echo too late; exit 124");
  assert.deepEqual([counts.passed, counts.failed], [0, 1]);
  assert.match(counts.failures.join(), /did not boot/);
  assert.equal(printed, "too late\n");
});
