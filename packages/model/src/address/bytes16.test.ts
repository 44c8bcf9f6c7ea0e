import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "./address-text.js";
import { fromBytes16, toBytes16 } from "./bytes16.js";

test("toBytes16 writes IPv4 as v4-mapped and IPv6 in network order", () => {
  const v4 = parseAddress("10.1.2.3");
  const v6 = parseAddress("fd00::102");
  assert.ok(v4 && v6);
  assert.deepEqual([...toBytes16(v4)], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 1, 2, 3]);
  assert.deepEqual([...toBytes16(v6)], [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
});

test("fromBytes16 undoes toBytes16, also within a larger buffer", () => {
  for (const text of ["10.1.2.3", "::1", "ffff::ffff", "0.0.0.0"]) {
    const address = parseAddress(text);
    assert.ok(address, text);
    const buffer = new Uint8Array(20);
    buffer.set(toBytes16(address), 3);
    assert.deepEqual(fromBytes16(buffer.subarray(3, 19)), address);
  }
  assert.throws(() => fromBytes16(new Uint8Array(4)), RangeError);
});
