import assert from "node:assert/strict";
import { test } from "node:test";
import { RingfenceError } from "@ringfence/model";
import { BitVector } from "./bit-vector.js";
import { checkIntervalCount } from "./interval-sweep.js";
import { RowStore } from "./row-store.js";

const summary = new Uint32Array(2);

test("RowStore gives equal content the same row, whichever way it came about", () => {
  const rows = new RowStore(16, 1);
  const vector = new BitVector(16);
  const empty = rows.intern(vector);
  vector.flip(511);
  const one = rows.intern(vector);
  vector.flip(3);
  const two = rows.intern(vector);
  vector.flip(511);
  vector.flip(3);
  assert.equal(rows.intern(vector), empty);
  vector.flip(511);
  assert.equal(rows.intern(vector), one);
  assert.deepEqual([empty, one, two, rows.count], [0, 1, 2, 3]);
  assert.equal(rows.toBytes()[64 + 63], 0x80);
  assert.equal(rows.toBytes()[128], 8);
});

test("RowStore keeps with each row which of its blocks have any bit", () => {
  const wordCount = 64 * 64;
  const rows = new RowStore(wordCount, 1);
  const vector = new BitVector(wordCount);
  rows.intern(vector);
  for (const bit of [0, 2047, 2048 * 33 + 1, 131_071]) vector.flip(bit);
  rows.intern(vector);
  vector.flip(0);
  vector.flip(2048 * 33 + 1);
  rows.intern(vector);
  const words = [...new Uint32Array(rows.summariesToBytes().buffer, 0, 6)];
  assert.deepEqual(words, [0, 0, 1, 2 ** 31 + 2, 1, 2 ** 31]);
});

test("RowStore tells different content apart when the hashes are equal", () => {
  const rows = new RowStore(1, 1);
  const colliding = [1, 2, 3].map((word) => ({ words: Uint32Array.of(word), summary, hash: 42 }));
  assert.deepEqual(
    colliding.map((vector) => rows.intern(vector)),
    [0, 1, 2],
  );
  assert.deepEqual(
    colliding.map((vector) => rows.intern(vector)),
    [0, 1, 2],
  );
});

test("RowStore keeps every row while it grows, and refuses more than 262144", () => {
  const rows = new RowStore(1, 1);
  const vector = (word: number) => ({ words: Uint32Array.of(word), summary, hash: word });
  for (let i = 0; i < 2 ** 18; i++) rows.append(vector(i));
  assert.equal(rows.intern(vector(200_000)), 200_000);
  assert.deepEqual(new Uint32Array(rows.toBytes().buffer, 400_000, 2), Uint32Array.of(100_000, 100_001));
  assert.throws(
    () => rows.intern(vector(2 ** 18)),
    (error) => error instanceof RingfenceError && error.message.includes("262144"),
  );
});

test("checkIntervalCount refuses more than 1048576 intervals", () => {
  checkIntervalCount(2 ** 20);
  assert.throws(
    () => checkIntervalCount(2 ** 20 + 1),
    (error) => error instanceof RingfenceError && /1048577 .* 1048576/.test(error.message),
  );
});
