import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { StructCodec } from "./struct-codec.js";
import type { StructSpec } from "./struct-spec.js";
import type { StructInput } from "./struct-value.js";

const inner = {
  size: 8,
  fields: { tag: { offset: 0, kind: "u8" }, number: { offset: 4, kind: "i32" } },
} as const satisfies StructSpec;

const spec = {
  size: 72,
  fields: {
    a: { offset: 0, kind: "u64" },
    b: { offset: 8, kind: "i64" },
    c: { offset: 16, kind: "u16" },
    d: { offset: 18, kind: "i8" },
    ok: { offset: 19, kind: "bool" },
    bytes: { offset: 20, kind: { bytes: 5 } },
    list: { offset: 28, kind: { array: "u32", length: 3 } },
    inner: { offset: 40, kind: inner },
    pair: { offset: 48, kind: { array: inner, length: 2 } },
    v4: { offset: 64, kind: "u32", overlaps: true },
    v6: { offset: 64, kind: { bytes: 8 }, overlaps: true },
  },
} as const satisfies StructSpec;

const codec = new StructCodec(spec, "sample");

const plain = { noNullPrototype: true };
const innerValues = fc.record(
  { tag: fc.nat(255), number: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
  plain,
);
const values: fc.Arbitrary<StructInput<typeof spec>> = fc.record(
  {
    a: fc.bigInt(0n, 2n ** 64n - 1n),
    b: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    c: fc.nat(65535),
    d: fc.integer({ min: -128, max: 127 }),
    ok: fc.boolean(),
    bytes: fc.uint8Array({ minLength: 5, maxLength: 5 }),
    list: fc.array(fc.nat(2 ** 31), { minLength: 3, maxLength: 3 }),
    inner: innerValues,
    pair: fc.array(innerValues, { minLength: 2, maxLength: 2 }),
    v6: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  },
  plain,
);

test("StructCodec decodes what it encoded, at any offset, touching no byte outside", () => {
  fc.assert(
    fc.property(values, fc.nat(16), (value, offset) => {
      const bytes = new Uint8Array(offset + codec.size + 4).fill(0xaa);
      const view = new DataView(bytes.buffer);
      codec.encode(value, view, offset);
      const { v4, ...decoded } = codec.decode(view, offset);
      assert.deepEqual(decoded, value);
      assert.equal(v4, new DataView(Uint8Array.from(value.v6 ?? []).buffer).getUint32(0, true));
      assert.ok(bytes.subarray(0, offset).every((byte) => byte === 0xaa));
      assert.ok(bytes.subarray(offset + codec.size).every((byte) => byte === 0xaa));
    }),
  );
});

const zero: StructInput<typeof spec> = {
  a: 0n,
  b: 0n,
  c: 0,
  d: 0,
  ok: false,
  bytes: new Uint8Array(0),
  list: [],
  inner: { tag: 1, number: 0 },
  pair: [],
};

test("StructCodec.encode writes zeros to padding, short arrays and unset union members", () => {
  const bytes = new Uint8Array(codec.size).fill(0xff);
  codec.encode(zero, new DataView(bytes.buffer));
  const expected = new Uint8Array(codec.size);
  expected[40] = 1;
  assert.deepEqual(bytes, expected);
});

test("StructCodec.encode writes integers in little-endian order", () => {
  assert.deepEqual(codec.toBytes({ ...zero, a: 0x0102n }).subarray(0, 2), Uint8Array.of(2, 1));
});

test("StructCodec.encode names the field that does not fit", () => {
  assert.throws(
    () => codec.toBytes({ ...zero, bytes: new Uint8Array(6) }),
    /"sample.bytes": 6 bytes do not fit into 5/,
  );
  assert.throws(
    () => codec.toBytes({ ...zero, list: [1, 2, 3, 4] }),
    /"sample.list": 4 elements do not fit into 3/,
  );
});

test("StructCodec.decode gives byte arrays as views of the same memory", () => {
  const bytes = codec.toBytes(zero);
  const value = codec.fromBytes(bytes);
  bytes[20] = 7;
  assert.equal(value.bytes[0], 7);
});

test("StructCodec.fromBytes refuses too few bytes", () => {
  assert.throws(() => codec.fromBytes(new Uint8Array(71)), /"sample": 71 bytes given, 72 needed/);
});

test("StructCodec.field reads one field of the struct at an offset", () => {
  const view = new DataView(new ArrayBuffer(100));
  codec.encode({ ...zero, c: 513 }, view, 8);
  assert.equal(codec.field("c")(view, 8), 513);
});
