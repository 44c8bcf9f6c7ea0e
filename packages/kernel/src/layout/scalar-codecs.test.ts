import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesCodec, u32Codec, u64Codec } from "./scalar-codecs.js";

test("u32Codec and u64Codec keep their largest values", () => {
  const view = new DataView(new ArrayBuffer(16));
  u32Codec.encode(0xffffffff, view, 1);
  assert.equal(u32Codec.decode(view, 1), 0xffffffff);
  u64Codec.encode(2n ** 64n - 1n, view, 8);
  assert.equal(u64Codec.decode(view, 8), 2n ** 64n - 1n);
});

test("bytesCodec fills up short input with zeros and refuses long input", () => {
  const bytes = new Uint8Array(4).fill(9);
  bytesCodec(4).encode(Uint8Array.of(1), new DataView(bytes.buffer), 0);
  assert.deepEqual(bytes, Uint8Array.of(1, 0, 0, 0));
  assert.throws(() => bytesCodec(4).encode(new Uint8Array(5), new DataView(bytes.buffer), 0), RangeError);
});
