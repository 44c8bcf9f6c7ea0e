import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../testing/random.js";
import { WideList, wideAt, wordsOf } from "./wide-words.js";

test("wordsOf keeps values that wideAt gives back", () => {
  const random = new Random(5);
  const values = [0n, 1n, 2n ** 128n - 1n, 2n ** 64n, 2n ** 32n - 1n];
  for (let i = 0; i < 200; i++) values.push(BigInt(random.below(2 ** 32)) << BigInt(random.below(97)));
  const words = wordsOf(values);
  assert.deepEqual(
    values.map((_, i) => wideAt(words, i)),
    values,
  );
});

test("WideList takes a value as four words, the most significant first", () => {
  const list = new WideList();
  list.add(0x0064ff9b, 0, 0, 0xffffffff);
  list.addValue(0x0064ff9b_00000000_00000000_ffffffffn);
  assert.deepEqual([...list.words], [0x0064ff9b, 0, 0, 0xffffffff, 0x0064ff9b, 0, 0, 0xffffffff]);
});
