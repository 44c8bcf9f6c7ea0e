import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, test } from "node:test";
import { bytesCodec, u32Codec, u64Codec } from "../layout/scalar-codecs.js";
import { BpfObject } from "../libbpf/bpf-object.js";
import { compileBpf } from "../testing/compile-bpf.js";
import { PerCpuMap } from "./per-cpu-map.js";

const object = BpfObject.open(compileBpf("sample"));
object.load();
after(() => object.close());
const counters = object.perCpuMap("counters", u32Codec, u64Codec);
const add = (a: bigint, b: bigint) => a + b;

test("PerCpuMap.sum adds what programs counted on every CPU", () => {
  counters.setAll(1, 0n);
  for (let i = 0; i < 5; i++) object.program("count_up").testRun();
  assert.equal(counters.sum(1, 0n, add), 5n);
});

test("PerCpuMap.get gives one value per possible CPU", () => {
  counters.setAll(0, 3n);
  const values = counters.get(0) ?? [];
  assert.ok(values.length >= availableParallelism());
  assert.ok(values.every((value) => value === 3n));
});

test("PerCpuMap.get and sum know no value beyond the array", () => {
  assert.equal(counters.get(4), undefined);
  assert.equal(counters.sum(4, 9n, add), 9n);
});

test("PerCpuMap.entries gives every key with its values", () => {
  for (let key = 0; key < 4; key++) counters.setAll(key, BigInt(key));
  assert.deepEqual(
    [...counters.entries()].map(([key, [value]]) => [key, value]),
    [
      [0, 0n],
      [1, 1n],
      [2, 2n],
      [3, 3n],
    ],
  );
});

test("PerCpuMap refuses an ordinary map", () => {
  assert.throws(() => new PerCpuMap(object.rawMap("table"), u32Codec, bytesCodec(16)), /not per CPU/);
});
