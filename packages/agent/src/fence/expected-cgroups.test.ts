import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedEntries, expectedPaths, expectedWithin } from "./expected-cgroups.js";

const at = (path: string) => ({ path, row: 1, newRow: 2 });

test("expectedWithin leaves out paths that have no zero behind them in 256 bytes, and those beyond the room", () => {
  const [fits, long] = [at(`/${"ä".repeat(126)}x`), at(`/${"ä".repeat(127)}`)];
  assert.deepEqual(expectedWithin({ expected: [long, fits, at("/b"), at("/c")] }, 2), [fits, at("/b")]);
});

test("expectedEntries writes the path, zeros and the slot", () => {
  const [[key = new Uint8Array(), ...values] = []] = [...expectedEntries([at("/a.slice")], 1)];
  assert.deepEqual(values, [1, 2, 1]);
  assert.equal(Buffer.from(key).toString("latin1"), `/a.slice${"\0".repeat(248)}\x01\0\0\0`);
});

test("expectedPaths reads them, once each", () => {
  const keyed = [...expectedEntries([at("/ä.slice"), at("/b")], 0), ...expectedEntries([at("/b")], 1)];
  const keys = Buffer.concat([...keyed.map(([key]) => key), Buffer.alloc(keyed[0]?.[0].length ?? 0, "x")]);
  const map = {
    *batches() {
      yield { count: keyed.length, keys, values: new Uint8Array() };
    },
  };
  assert.deepEqual(expectedPaths(map), ["/ä.slice", "/b"]);
});
