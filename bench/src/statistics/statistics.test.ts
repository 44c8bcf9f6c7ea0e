import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { percentile } from "./percentile.js";
import { pairedDifference, summarize } from "./summary.js";

describe("percentile", () => {
  test("ranks by number, whatever order the samples have", () => {
    assert.equal(percentile([10, 9, 100, 1, 2], 0.5), 9);
    assert.equal(percentile([10, 9, 100, 1, 2], 1), 100);
    assert.equal(percentile([10, 9, 100, 1, 2], 0), 1);
  });

  test("lies between two samples in proportion", () => {
    assert.equal(percentile([0, 10], 0.25), 2.5);
  });

  test("refuses an empty list", () => {
    assert.throws(() => percentile([], 0.5), RangeError);
  });
});

test("summarize keeps the middle and the tail", () => {
  const samples = Array.from({ length: 101 }, (_, index) => index);
  assert.deepEqual(summarize(samples), { p50: 50, p90: 90, p99: 99 });
});

describe("pairedDifference", () => {
  test("cancels what disturbs a whole round", () => {
    assert.deepEqual(pairedDifference([5, 1005, 5], [2, 1002, 2]), { p50: 3, p25: 3, p75: 3 });
  });

  test("refuses rounds that do not match", () => {
    assert.throws(() => pairedDifference([1, 2], [1]), /2 samples with 1/);
  });
});
