import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { alteredObject, objectPath, withObject } from "./harness/altered-object.js";
import type { AlteredObject } from "./harness/altered-objects.js";
import { TestCgroup } from "./harness/cgroups.js";
import { attachExclusively, cgroupHooks } from "./harness/exclusive-program.js";
import { assertRefusesToRun } from "./harness/refused-run.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const whole = readFileSync(objectPath);
const files: Readonly<Record<string, Uint8Array>> = {
  empty: Buffer.alloc(0),
  "cut in the middle": whole.subarray(0, whole.length / 2),
  "cut by one byte": whole.subarray(0, -1),
  "no object": randomBytes(10_000),
  "a text": Buffer.from("#!/bin/sh\n"),
  "of zeros behind its header": Buffer.concat([whole.subarray(0, 64), Buffer.alloc(whole.length - 64)]),
};

const programs: Readonly<Record<string, readonly [AlteredObject, RegExp]>> = {
  "a program that the verifier refuses": [
    "programThatIsRefused",
    /^ringfence: Cannot load program "reads_anywhere".* R1 is used as an address, but holds scalar/,
  ],
  "a kernel type that is missing": [
    "typeThatIsMissing",
    /^ringfence: Cannot load program "reads_missing".*no_such_type/,
  ],
  "a hook that is missing": ["hookThatIsMissing", /^ringfence: Cannot load .*no_such_event/],
};

describe("ringfence run refuses to start", () => {
  test("with a BPF object that is damaged", { timeout }, async () => {
    for (const [what, bytes] of Object.entries(files)) {
      const path = join(temporaryFolder(), what);
      writeFileSync(path, bytes);
      await assertRefusesToRun(/^ringfence: Cannot (open|load) /, withObject(path));
    }
  });

  for (const [what, [name, expected]] of Object.entries(programs)) {
    test(`with ${what}`, { timeout }, async () => {
      await assertRefusesToRun(expected, withObject(alteredObject(name)));
    });
  }

  test("where other software holds a hook for itself", { timeout }, async () => {
    for (const [name, hook] of Object.entries(cgroupHooks)) {
      await using held = TestCgroup.make(`rf-e2e-${process.pid}`);
      await using inner = TestCgroup.make("inner", held.path);
      attachExclusively(held.folder, hook);
      await assertRefusesToRun(new RegExp(`^ringfence: Cannot attach program "${name}"`), inner.via, [
        "--hook-cgroup",
        inner.path,
      ]);
    }
  });
});
