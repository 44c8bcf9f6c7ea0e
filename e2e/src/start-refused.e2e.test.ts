import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { alteredObject, objectPath, withObject } from "./harness/altered-object.js";
import { TestCgroup } from "./harness/cgroups.js";
import { attachExclusively, cgroupHooks } from "./harness/exclusive-program.js";
import { assertRefusesToRun } from "./harness/refused-run.js";
import { temporaryFolder } from "./harness/temporary-folder.js";

const timeout = 180_000;

const whole = readFileSync(objectPath);
const files: Readonly<Record<string, Uint8Array>> = {
  empty: Buffer.alloc(0),
  "cut in the middle": whole.subarray(0, whole.length / 2),
  "cut by one byte": whole.subarray(0, -1),
  "no object": randomBytes(10_000),
  "a text": Buffer.from("#!/bin/sh\n"),
  "of zeros behind its header": Buffer.concat([whole.subarray(0, 64), Buffer.alloc(whole.length - 64)]),
};

const programs: Readonly<Record<string, { readonly source: string; readonly expected: RegExp }>> = {
  "a program that the verifier refuses": {
    source: `SEC("cgroup/connect4")
int reads_anywhere(struct bpf_sock_addr *ctx)
{
	return *(volatile int *)((long)ctx->user_port << 3);
}`,
    expected: /^ringfence: Cannot load program "reads_anywhere".* R1 is used as an address, but holds scalar/,
  },
  "a kernel type that is missing": {
    source: `struct no_such_type {
	int member;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int BPF_PROG(reads_missing, struct no_such_type *thing)
{
	return BPF_CORE_READ(thing, member);
}`,
    expected: /^ringfence: Cannot load program "reads_missing".*no_such_type/,
  },
  "a hook that is missing": {
    source: `SEC("tp_btf/no_such_event")
int BPF_PROG(waits_for_ever)
{
	return 0;
}`,
    expected: /^ringfence: Cannot load .*no_such_event/,
  },
};

describe("ringfence run refuses to start", () => {
  test("with a BPF object that is damaged", { timeout }, async () => {
    for (const [what, bytes] of Object.entries(files)) {
      const path = join(temporaryFolder(), what);
      writeFileSync(path, bytes);
      await assertRefusesToRun(/^ringfence: Cannot (open|load) /, withObject(path));
    }
  });

  for (const [what, { source, expected }] of Object.entries(programs)) {
    test(`with ${what}`, { timeout }, async () => {
      const edits = [{ file: "process.bpf.c", from: "", to: source }];
      await assertRefusesToRun(expected, withObject(alteredObject(temporaryFolder(), edits)));
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
