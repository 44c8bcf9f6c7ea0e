import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseBtf } from "./parse-btf.js";

/** BTF from type records, each a list of 32-bit words; names are offsets into `strings`. */
function btf(records: readonly (readonly number[])[], strings: string): Uint8Array {
  const types = Uint32Array.from(records.flat());
  const text = Buffer.from(strings, "latin1");
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(types.byteLength, 12);
  header.writeUInt32LE(types.byteLength, 16);
  header.writeUInt32LE(text.length, 20);
  return Buffer.concat([header, new Uint8Array(types.buffer), text]);
}

const info = (kind: number, vlen: number, flag = 0) => ((flag << 31) | (kind << 24) | vlen) >>> 0;

test("parseBtf reads 64-bit enums, signed ones by their flag", () => {
  const strings = "\0big\0LOW\0";
  const low = [5, 0xffffffff, 0xffffffff];
  const types = parseBtf(
    btf(
      [
        [1, info(19, 1, 1), 8, ...low],
        [1, info(19, 1), 8, ...low],
      ],
      strings,
    ),
  );
  const values = types.slice(1).map((type) => (type.kind === "enum" ? type.values : []));
  assert.deepEqual(values, [[{ name: "LOW", value: -1n }], [{ name: "LOW", value: 2n ** 64n - 1n }]]);
});

test("parseBtf reads bit-fields of structs that have them", () => {
  const types = parseBtf(btf([[1, info(4, 1, 1), 4, 3, 0, (5 << 24) | 7]], "\0s\0m\0"));
  assert.deepEqual(types[1], {
    kind: "struct",
    name: "s",
    size: 4,
    members: [{ name: "m", type: 0, bitOffset: 7, bitSize: 5 }],
  });
});

test("parseBtf steps over kinds without a use, to the type behind them", () => {
  const skipped = [
    [0, info(7, 0), 0],
    [0, info(13, 2), 0, 0, 0, 0, 0],
    [0, info(14, 0), 0, 1],
    [0, info(15, 1), 8, 1, 0, 8],
    [0, info(16, 0), 4],
    [0, info(17, 0), 1, 0],
  ];
  const types = parseBtf(btf([...skipped, [1, info(12, 0), 0]], "\0f\0"));
  assert.deepEqual(types.at(-1), { kind: "function", name: "f" });
  assert.equal(types.length, 8);
});

test("parseBtf names a kind it does not know", () => {
  assert.throws(() => parseBtf(btf([[0, info(30, 0), 0]], "\0")), /type 1 has the unknown kind 30/);
});

test("parseBtf refuses bytes that are not BTF", () => {
  assert.throws(() => parseBtf(new Uint8Array(64)), /magic number 0xeb9f is missing/);
});

test("parseBtf ends on any bytes, with types or an error", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffffffff), { maxLength: 60 }), (words) => {
      try {
        assert.ok(parseBtf(btf([words], "\0")).length > 0);
      } catch (error) {
        assert.ok(error instanceof Error && error.name !== "AssertionError");
      }
    }),
  );
});
