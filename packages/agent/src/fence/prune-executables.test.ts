import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { BpfObject, layout, StructCodec } from "@ringfence/kernel";
import { pruneExecutables } from "./prune-executables.js";

const objectPath = fileURLToPath(new URL("../../../../bpf/build/ringfence.bpf.o", import.meta.url));
const { fields, size } = layout.rf_process;
const keyCodec = new StructCodec(layout.rf_exe_key, "rf_exe_key");

const key = (number: number) => keyCodec.toBytes({ hash: [BigInt(number), 7n] });

test("pruneExecutables forgets what nobody runs, nor ran before, and only in a table that is nearly full", () => {
  using object = BpfObject.open(objectPath, { maxEntries: { executables: 16, processes: 16 } });
  object.load();
  const [executables, processes] = [object.rawMap("executables"), object.rawMap("processes")];
  const record = new Uint8Array(size);
  record.set(key(1), fields.exe.offset);
  record.set(key(2), fields.line.offset);
  new DataView(record.buffer).setUint32(fields.line_count.offset, 1, true);
  processes.update(new Uint8Array([9, 0, 0, 0]), record);
  const value = new Uint8Array(layout.rf_executable.size);
  for (let number = 1; number <= 11; number++) executables.update(key(number), value);
  assert.equal(pruneExecutables(executables, processes), 0);
  executables.update(key(12), value);
  assert.equal(pruneExecutables(executables, processes), 10);
  const kept = [1, 2, 3].map((number) => executables.lookup(key(number)) !== undefined);
  assert.deepEqual(kept, [true, true, false]);
});
