import assert from "node:assert/strict";
import { test } from "node:test";
import { fenceFilter } from "./seccomp-filter.js";

const ALLOW = "allow";
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
const X86_64 = 0xc000003e;

/** Runs the filter as the kernel does and returns "allow" or the errno. */
function verdict(architecture: number, number: number, first = 0, second = 0, third = 0): string | number {
  const filter = fenceFilter();
  const data: Readonly<Record<number, number>> = {
    0: number,
    4: architecture,
    16: first,
    24: second,
    32: third,
  };
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

for (const [name, architecture, bpf, requestKey, openByHandleAt, ioctl, ...sockets] of [
  ["x86-64", X86_64, 321, 249, 304, 16, 41, 53],
  ["i386", 0x40000003, 357, 287, 342, 54, 359, 360],
  ["aarch64", 0xc00000b7, 280, 218, 265, 29, 198, 199],
  ["arm", 0x40000028, 386, 310, 371, 54, 281, 288],
] as const) {
  test(`fenceFilter refuses bpf(), request_key() and open_by_handle_at() of ${name} and their neighbours pass`, () => {
    for (const number of [bpf, requestKey, openByHandleAt]) {
      assert.equal(verdict(architecture, number), EPERM);
      assert.equal(verdict(architecture, number + 1), ALLOW);
      assert.equal(verdict(architecture, number - 1), ALLOW);
    }
  });

  test(`fenceFilter refuses typing into the terminal and entering a tun on ${name}, and no other request`, () => {
    assert.equal(verdict(architecture, ioctl, 0, 0x5412), EPERM);
    assert.equal(verdict(architecture, ioctl, 0, 0x541c), EPERM);
    assert.equal(verdict(architecture, ioctl, 0, 0x400454ca), EPERM);
    assert.equal(verdict(architecture, ioctl, 0, 0x400454d9), EPERM);
    for (const request of [0x5413, 0x400454cb, 0x800454d2]) {
      assert.equal(verdict(architecture, ioctl, 0, request), ALLOW);
    }
  });

  test(`fenceFilter lets only socket families with a hook be opened, or paired, on ${name}`, () => {
    for (const call of sockets) {
      for (const family of [1, 2, 10, 16, 17, 38]) assert.equal(verdict(architecture, call, family), ALLOW);
      for (const family of [0, 3, 21, 30, 31, 33, 40, 44]) {
        assert.equal(verdict(architecture, call, family), EAFNOSUPPORT);
      }
    }
  });
}

test("fenceFilter knows no x32 and no socketcall(), whose arguments it could not see", () => {
  assert.equal(verdict(X86_64, 0x40000000 + 41, 40), ENOSYS);
  assert.equal(verdict(X86_64, 0x40000000), ENOSYS);
  assert.equal(verdict(0x40000003, 102), ENOSYS);
  assert.equal(verdict(0x40000028, 102), ENOSYS);
});

const [SOL_IP, SOL_TCP, SOL_IPV6] = [0, 6, 41];

for (const [name, architecture, setsockopt] of [
  ["i386", 0x40000003, 366],
  ["arm", 0x40000028, 294],
] as const) {
  test(`fenceFilter refuses of ${name} what no hook for socket options sees, and leaves other options`, () => {
    assert.equal(verdict(architecture, setsockopt, 3, SOL_IP, 4), EPERM);
    for (const option of [5, 6, 57])
      assert.equal(verdict(architecture, setsockopt, 3, SOL_IPV6, option), EPERM);
    for (const option of [3, 5]) assert.equal(verdict(architecture, setsockopt, 3, SOL_IP, option), ALLOW);
    for (const option of [4, 26]) assert.equal(verdict(architecture, setsockopt, 3, SOL_IPV6, option), ALLOW);
    assert.equal(verdict(architecture, setsockopt, 3, SOL_TCP, 4), ALLOW);
    assert.equal(verdict(architecture, 425), ENOSYS);
  });
}

test("fenceFilter leaves to the hook what it sees: options and rings of 64-bit calls", () => {
  assert.equal(verdict(X86_64, 54, 3, SOL_IP, 4), ALLOW);
  assert.equal(verdict(X86_64, 425), ALLOW);
});

test("fenceFilter refuses every call of an unknown convention", () => {
  assert.equal(verdict(0x12345678, 0), EPERM);
});
