import assert from "node:assert/strict";
import { test } from "node:test";
import { fenceFilter } from "./seccomp-filter.js";

const ALLOW = "allow";
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
const X86_64 = 0xc000003e;

/** Runs the filter as the kernel does and returns "allow" or the errno. */
function verdict(architecture: number, number: number, first = 0, second = 0): string | number {
  const filter = fenceFilter();
  const data: Readonly<Record<number, number>> = { 0: number, 4: architecture, 16: first, 24: second };
  let accumulator = 0;
  for (let at = 0; at < filter.length; at++) {
    const { code, jt, jf, k } = filter[at] ?? { code: 0, jt: 0, jf: 0, k: 0 };
    if (code === 0x06) return k === 0x7fff0000 ? ALLOW : k & 0xffff;
    if (code === 0x20) accumulator = data[k] ?? 0;
    else if (code === 0x15) at += accumulator === k ? jt : jf;
    else at += accumulator >= k ? jt : jf;
  }
  throw new Error("ran off the end");
}

for (const [name, architecture, bpf, requestKey, openByHandleAt, ioctl, socket] of [
  ["x86-64", X86_64, 321, 249, 304, 16, 41],
  ["i386", 0x40000003, 357, 287, 342, 54, 359],
  ["aarch64", 0xc00000b7, 280, 218, 265, 29, 198],
  ["arm", 0x40000028, 386, 310, 371, 54, 281],
] as const) {
  test(`fenceFilter refuses bpf(), request_key() and open_by_handle_at() of ${name} and their neighbours pass`, () => {
    for (const number of [bpf, requestKey, openByHandleAt]) {
      assert.equal(verdict(architecture, number), EPERM);
      assert.equal(verdict(architecture, number + 1), ALLOW);
      assert.equal(verdict(architecture, number - 1), ALLOW);
    }
  });

  test(`fenceFilter refuses typing into the terminal on ${name}, and no other request`, () => {
    assert.equal(verdict(architecture, ioctl, 0, 0x5412), EPERM);
    assert.equal(verdict(architecture, ioctl, 0, 0x541c), EPERM);
    assert.equal(verdict(architecture, ioctl, 0, 0x5413), ALLOW);
  });

  test(`fenceFilter lets only socket families with a hook be opened on ${name}`, () => {
    for (const family of [1, 2, 10, 16, 17, 38]) assert.equal(verdict(architecture, socket, family), ALLOW);
    for (const family of [0, 3, 21, 31, 33, 40, 44]) {
      assert.equal(verdict(architecture, socket, family), EAFNOSUPPORT);
    }
  });
}

test("fenceFilter knows no x32 and no socketcall(), whose arguments it could not see", () => {
  assert.equal(verdict(X86_64, 0x40000000 + 41, 40), ENOSYS);
  assert.equal(verdict(X86_64, 0x40000000), ENOSYS);
  assert.equal(verdict(0x40000003, 102), ENOSYS);
  assert.equal(verdict(0x40000028, 102), ENOSYS);
});

test("fenceFilter refuses every call of an unknown convention", () => {
  assert.equal(verdict(0x12345678, 0), EPERM);
});
