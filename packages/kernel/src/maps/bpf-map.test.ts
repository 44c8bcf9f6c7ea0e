import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { after, test } from "node:test";
import { Btf } from "../btf/btf.js";
import { bytesCodec, u32Codec, u64Codec } from "../layout/scalar-codecs.js";
import { StructCodec } from "../layout/struct-codec.js";
import type { StructSpec } from "../layout/struct-spec.js";
import { BpfObject } from "../libbpf/bpf-object.js";
import { compileBpf } from "../testing/compile-bpf.js";
import { runNode } from "../testing/run-node.js";
import { BpfMap } from "./bpf-map.js";
import { BPF_EXIST, BPF_NOEXIST } from "./raw-map.js";

const path = compileBpf("sample");
const object = BpfObject.open(path, { maxEntries: { table: 9000 } });
object.load();
after(() => object.close());

const keySpec = {
  size: 8,
  fields: { tag: { offset: 0, kind: "u8" }, number: { offset: 4, kind: "u32" } },
} as const satisfies StructSpec;
const key = new StructCodec(keySpec, "rf_key");
const value = bytesCodec(Btf.fromObject(path).layoutOf("rf_event").size);
const fill = (byte: number) => new Uint8Array(value.size).fill(byte);

test("BpfMap sets, gets and deletes by a struct key whatever its padding held", () => {
  const map = object.map("by_key", key, value);
  map.clear();
  map.set({ tag: 1, number: 2 }, fill(3));
  assert.deepEqual(map.get({ tag: 1, number: 2 }), fill(3));
  assert.equal(map.get({ tag: 1, number: 3 }), undefined);
  assert.equal(map.delete({ tag: 1, number: 2 }), true);
  assert.equal(map.delete({ tag: 1, number: 2 }), false);
});

test("BpfMap.set obeys BPF_NOEXIST and BPF_EXIST", () => {
  const map = object.map("by_key", key, value);
  map.clear();
  assert.throws(() => map.set({ tag: 1, number: 1 }, fill(1), BPF_EXIST), /Cannot write to map "by_key"/);
  map.set({ tag: 1, number: 1 }, fill(1), BPF_NOEXIST);
  assert.throws(() => map.set({ tag: 1, number: 1 }, fill(2), BPF_NOEXIST), /EEXIST/);
});

test("BpfMap.entries gives every entry of a full map once", () => {
  const map = object.map("by_key", key, value);
  map.clear();
  const numbers = Array.from({ length: 100 }, (_, number) => number);
  map.setBatch(
    numbers.map((number) => ({ tag: 7, number })),
    numbers.map((number) => fill(number)),
  );
  const found = [...map.entries()].toSorted(([a], [b]) => a.number - b.number);
  assert.deepEqual(
    found.map(([k, v]) => [k.tag, k.number, v[0]]),
    numbers.map((number) => [7, number, number]),
  );
});

test("BpfMap.set on a full map is RF_MAP_FULL naming map and size", () => {
  const map = object.map("by_key", key, value);
  for (let number = 0; number < 100; number++) map.set({ tag: 7, number }, fill(0));
  const full = { code: "RF_MAP_FULL", message: /"by_key": its 100 entries/ };
  assert.throws(() => map.set({ tag: 8, number: 0 }, fill(0)), full);
  assert.throws(() => map.setBatch([{ tag: 8, number: 0 }], [fill(0)]), full);
});

test("BpfMap.setBatch refuses keys without values", () => {
  const map = object.map("by_key", key, value);
  assert.throws(() => map.setBatch([{ tag: 1, number: 1 }], []), /1 keys with 0 values/);
});

test("BpfMap.writeAll writes an array from its beginning", () => {
  const map = object.map("table", u32Codec, bytesCodec(16));
  const bytes = new Uint8Array(16 * 9000).map((_, index) => index >>> 4);
  map.writeAll(bytes);
  assert.deepEqual(map.get(8999), bytes.subarray(16 * 8999));
  map.writeAll(new Uint8Array(16).fill(9));
  assert.deepEqual([map.get(0)?.[0], map.get(1)?.[0]], [9, 1]);
  assert.equal([...map.entries()].length, 9000);
});

test("RawMap.writeAll writes through a mapping where it can, from any element on, and nothing beside", () => {
  const map = object.map("mapped", u32Codec, bytesCodec(24));
  map.writeAll(new Uint8Array(24 * 1000).fill(1));
  map.raw.writeAll(new Uint8Array(24 * 500).fill(2), 300); // begins and ends inside a page
  const first = (key: number) => map.get(key)?.[0];
  assert.deepEqual([0, 299, 300, 799, 800, 999].map(first), [1, 1, 2, 2, 1, 1]);
  map.raw.writeAll(new Uint8Array(0), 999);
  assert.throws(() => map.raw.writeAll(new Uint8Array(48), 999), { code: "RF_MAP_FULL" });
});

test("RawMap.writeAll keeps the distance between short elements of a mapping", () => {
  const map = object.map("mapped_narrow", u32Codec, u32Codec);
  const numbers = Uint32Array.from({ length: 3000 }, (_, i) => i + 70_000);
  map.writeAll(new Uint8Array(numbers.buffer));
  map.raw.writeAll(new Uint8Array(Uint32Array.of(1, 2).buffer), 1500);
  assert.deepEqual(
    [0, 1, 1499, 1500, 1501, 1502, 2999].map((key) => map.get(key)),
    [70_000, 70_001, 71_499, 1, 2, 71_502, 72_999],
  );
});

test("BpfMap.writeAll refuses what the array can not hold", () => {
  const map = object.map("table", u32Codec, bytesCodec(16));
  assert.throws(() => map.writeAll(new Uint8Array(16 * 9001)), { code: "RF_MAP_FULL" });
  assert.throws(() => map.writeAll(new Uint8Array(17)), /multiple of 16 bytes/);
  const hash = object.map("by_key", key, value);
  assert.throws(() => hash.writeAll(fill(0)), /needs an array map/);
});

test("BpfMap handles prefixes of a trie", () => {
  const map = object.map("prefixes", bytesCodec(8), u32Codec);
  map.set(Uint8Array.of(8, 0, 0, 0, 10, 0, 0, 0), 42);
  assert.equal(map.get(Uint8Array.of(32, 0, 0, 0, 10, 1, 2, 3)), 42);
  assert.deepEqual([...map.entries()].length, 1);
});

test("BpfMap walks and fills a map without batches one entry at a time", () => {
  const map = object.map("jumps", u32Codec, u32Codec);
  const program = object.program("count_up");
  map.setBatch([2, 5], [program.fd, program.fd]);
  const { id } = program.info();
  assert.deepEqual(
    [...map.entries()],
    [
      [2, id],
      [5, id],
    ],
  );
});

test("BpfMap keeps a value with a socket by its descriptor", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { fd } = (server as Server & { readonly _handle: { readonly fd: number } })._handle;
    const map = object.map("sockets", u32Codec, u64Codec);
    assert.equal(map.get(fd), undefined);
    map.set(fd, 77n);
    assert.equal(map.get(fd), 77n);
  } finally {
    server.close();
  }
});

test("BpfMap refuses codecs of another size and per-CPU maps", () => {
  assert.throws(
    () => object.map("table", u32Codec, u64Codec),
    /keys of 4 and values of 8 bytes given, it has 4 and 16/,
  );
  assert.throws(() => object.map("counters", u32Codec, u64Codec), /use PerCpuMap/);
});

test("BpfMap.fromFd works in a process that inherited the descriptor", () => {
  object.map("table", u32Codec, bytesCodec(16)).writeAll(new Uint8Array(32).fill(5));
  const result = runNode(
    `const map = kernel.BpfMap.fromFd(3, kernel.u32Codec, kernel.bytesCodec(16));
     console.log(map.raw.name, map.get(1)[0]);
     map.set(1, new Uint8Array([6]));`,
    { stdio: ["ignore", "pipe", "inherit", object.mapFd("table")] },
  );
  assert.equal(result.stdout, "table 5\n");
  assert.equal(BpfMap.fromFd(object.mapFd("table"), u32Codec, bytesCodec(16)).get(1)?.[0], 6);
});
