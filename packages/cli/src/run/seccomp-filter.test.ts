import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseBpf } from "./seccomp-filter.js";

const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;

/** Runs the filter as the kernel does: loads, equal jumps and returns are all it has. */
function verdict(architecture: number, number: number): number {
  const filter = refuseBpf();
  let accumulator = 0;
  for (let at = 0; at < filter.length; at++) {
    const { code, jt, jf, k } = filter[at] ?? { code: 0x06, jt: 0, jf: 0, k: 0 };
    if (code === 0x06) return k;
    if (code === 0x20) accumulator = k === 0 ? number : architecture;
    else at += accumulator === k ? jt : jf;
  }
  throw new Error("ran off the end");
}

for (const [name, architecture, number] of [
  ["x86-64", 0xc000003e, 321],
  ["x32", 0xc000003e, 0x40000000 + 321],
  ["i386", 0x40000003, 357],
  ["aarch64", 0xc00000b7, 280],
  ["arm", 0x40000028, 386],
] as const) {
  test(`refuseBpf refuses bpf() of ${name} and lets its neighbours pass`, () => {
    assert.equal(verdict(architecture, number), EPERM);
    assert.equal(verdict(architecture, number + 1), ALLOW);
    assert.equal(verdict(architecture, number - 1), ALLOW);
    assert.equal(verdict(architecture, 0), ALLOW);
  });
}

test("refuseBpf refuses every call of an unknown convention", () => {
  assert.equal(verdict(0x12345678, 0), EPERM);
});
