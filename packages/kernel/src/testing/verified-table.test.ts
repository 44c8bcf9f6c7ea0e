import assert from "node:assert/strict";
import { test } from "node:test";
import { compareVerified, kernelSeries } from "./verified-table.js";

const problems = (...args: Parameters<typeof compareVerified>) => compareVerified(...args).problems;

test("compareVerified takes what shrank or grew a little, and prints old and new", () => {
  const { lines, problems } = compareVerified(
    { o: { a: 1000, b: 10, c: 9 } },
    { o: { a: 1150, b: 1, c: 109 } },
  );
  assert.deepEqual(lines, ["o/a: 1000 -> 1150", "o/b: 10 -> 1", "o/c: 9 -> 109"]);
  assert.deepEqual(problems, []);
});

test("compareVerified refuses growth, the limit, and programs or objects that the table does not know", () => {
  assert.deepEqual(problems({ o: { a: 1000 } }, { o: { a: 1151 } }), ["o/a grew from 1000 to 1151"]);
  assert.deepEqual(problems({ o: { a: 100_000 } }, { o: { a: 100_001 } }), [
    "o/a takes 100001 instructions, the limit is 100000",
  ]);
  assert.deepEqual(problems({ o: { a: 1 } }, { o: { a: 1, b: 2 }, p: { c: 3 } }), [
    "o/b is new: 2 instructions",
    "p/c is new: 3 instructions",
  ]);
  assert.equal(problems({ o: { a: 1, b: 2 }, p: null }, { o: { a: 1 } }).length, 2);
});

test("compareVerified tells when an object is loaded or refused and was not before", () => {
  assert.deepEqual(problems({ o: null }, { o: null }), []);
  assert.equal(problems({ o: { a: 1 } }, { o: null }).length, 1);
  assert.equal(problems({ o: null }, { o: { a: 1 } }).length, 1);
});

test("compareVerified holds a kernel without a row to the limit only", () => {
  assert.deepEqual(problems(undefined, { o: { a: 1 } }), []);
  assert.equal(problems(undefined, { o: { a: 100_001 } }).length, 1);
});

test("kernelSeries leaves the patch level out", () => {
  assert.equal(kernelSeries("6.1.0-49-amd64"), "6.1");
});
