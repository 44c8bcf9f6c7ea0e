import assert from "node:assert/strict";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";
import { encodeFilter } from "./seccomp.js";
import { syscallNumber } from "./syscall-numbers.js";

test("encodeFilter lays instructions out as struct sock_filter", () => {
  const bytes = encodeFilter([{ code: 0x15, jt: 1, jf: 2, k: -1 }]);
  assert.deepEqual(bytes, Uint8Array.of(0x15, 0, 1, 2, 0xff, 0xff, 0xff, 0xff));
});

test("installFilter refuses one system call with an errno and lets others pass", () => {
  const bpf = syscallNumber("bpf");
  const result = runNode(`
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1);
    system.installFilter([
      { code: 0x20, jt: 0, jf: 0, k: 0 },
      { code: 0x15, jt: 0, jf: 1, k: ${bpf} },
      { code: 0x06, jt: 0, jf: 0, k: 0x00050000 | 38 },
      { code: 0x06, jt: 0, jf: 0, k: 0x7fff0000 },
    ]);
    try { system.syscall("bpf", "call bpf", 0, null, 0); } catch (error) { console.log(error.code); }
    console.log(system.prctl(system.PR_GET_NO_NEW_PRIVS));`);
  assert.equal(result.stdout, "ENOSYS\n1\n", result.stderr);
});
