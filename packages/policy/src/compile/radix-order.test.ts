import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../testing/random.js";
import { radixOrder } from "./radix-order.js";
import { wordsOf } from "./wide-words.js";

test("radixOrder sorts by value, and equal values by index", () => {
  const random = new Random(3);
  for (let round = 0; round < 50; round++) {
    const values = random.list(0, 60, () => {
      const shift = BigInt(random.below(8) * 16);
      return BigInt(random.below(5)) << shift;
    });
    const expected = [...values.keys()].toSorted((a, b) => {
      const [x = 0n, y = 0n] = [values[a], values[b]];
      return x < y ? -1 : x > y ? 1 : a - b;
    });
    assert.deepEqual([...radixOrder(wordsOf(values))], expected);
  }
});

test("radixOrder knows the highest value", () => {
  assert.deepEqual([...radixOrder(wordsOf([2n ** 128n - 1n, 0n, 2n ** 64n]))], [1, 2, 0]);
});
