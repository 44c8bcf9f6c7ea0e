import assert from "node:assert/strict";
import { test } from "node:test";
import { compileBpf } from "../testing/compile-bpf.js";
import { Btf, KERNEL_BTF_PATH } from "./btf.js";

const sample = Btf.fromObject(compileBpf("sample"));

test("Btf.layoutOf gives sizes, offsets and kinds as the C compiler laid them out", () => {
  const inner = {
    size: 20,
    fields: { port: { offset: 0, kind: "u32" }, address: { offset: 4, kind: { bytes: 16 } } },
  };
  assert.deepEqual(sample.layoutOf("rf_event"), {
    size: 112,
    fields: {
      sequence: { offset: 0, kind: "u64" },
      delta: { offset: 8, kind: "i32" },
      ok: { offset: 12, kind: "bool" },
      comm: { offset: 13, kind: { bytes: 16 } },
      grid: { offset: 30, kind: { array: { array: "u16", length: 3 }, length: 2 } },
      ends: { offset: 44, kind: { array: inner, length: 2 } },
      v4: { offset: 84, kind: "u32", overlaps: true },
      v6: { offset: 84, kind: { bytes: 16 }, overlaps: true },
      colour: { offset: 100, kind: "i32" },
      pointer: { offset: 104, kind: "u64" },
    },
  });
});

test("Btf.layoutOf keeps the gap before an aligned member", () => {
  const {
    size,
    fields: { number },
  } = sample.layoutOf("rf_key");
  assert.equal(size, 8);
  assert.deepEqual(number, { offset: 4, kind: "u32" });
});

test("Btf.layoutOf names a struct that is absent", () => {
  assert.throws(() => sample.layoutOf("rf_absent"), /Cannot find struct "rf_absent"/);
});

test("Btf.named lists enums with negative and large values", () => {
  const [colour, flags] = sample.named("enum", "rf_");
  assert.ok(colour?.kind === "enum" && flags?.kind === "enum");
  const values = (type: typeof colour) => type.values.map(({ name, value }) => [name, value]);
  assert.deepEqual(values(colour), [
    ["RF_RED", 1n],
    ["RF_BLUE", -2n],
  ]);
  assert.deepEqual(values(flags), [["RF_TOP", 0x80000000n]]);
});

test("Btf.fromRaw reads the running kernel's types, which agree with the uapi", () => {
  const kernel = Btf.fromRaw(KERNEL_BTF_PATH);
  const { fields } = kernel.layoutOf("bpf_map_info");
  assert.deepEqual(
    ["key_size", "value_size", "max_entries", "map_flags", "name"].map((name) => fields[name]?.offset),
    [8, 12, 16, 20, 24],
  );
  assert.ok(kernel.hasFunction("tcp_connect"));
  assert.throws(() => kernel.layoutOf("bpf_prog_info"), /bpf_prog_info\..*is a bit-field/);
});
