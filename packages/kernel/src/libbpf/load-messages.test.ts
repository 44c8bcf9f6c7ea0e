import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLoadMessages } from "./load-messages.js";

test("parseLoadMessages takes program, log and the other lines apart", () => {
  const parsed = parseLoadMessages(`libbpf: prog 'p': BPF program load failed: Invalid argument
libbpf: prog 'p': -- BEGIN PROG LOAD LOG --
0: R1=ctx() R10=fp0
invalid $& func unknown#9
-- END PROG LOAD LOG --
libbpf: prog 'p': failed to load: -22
`);
  assert.deepEqual(parsed, {
    program: "p",
    verifierLog: "0: R1=ctx() R10=fp0\ninvalid $& func unknown#9\n",
    lines: ["prog 'p': BPF program load failed: Invalid argument", "prog 'p': failed to load: -22"],
  });
});

test("parseLoadMessages keeps a log that was cut before its end", () => {
  const parsed = parseLoadMessages("libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n0: cut");
  assert.equal(parsed.verifierLog, "0: cut");
});

test("parseLoadMessages names a map that could not be created", () => {
  const parsed = parseLoadMessages("libbpf: map 'm': failed to create: Invalid argument(-22)\n");
  assert.equal(parsed.map, "m");
  assert.equal(parsed.verifierLog, "");
});
