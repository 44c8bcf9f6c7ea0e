import assert from "node:assert/strict";
import { test } from "node:test";
import { layout, type RawMap, StructCodec } from "@ringfence/kernel";
import type { CommandLines } from "./command-lines.js";
import { execIdOf } from "./exec-id.js";
import { ProcessRecords } from "./process-records.js";
import type { FlowNames } from "./report-flows.js";

const codec = new StructCodec(layout.rf_process, "rf_process");
const names = {
  bootId: "b0",
  executables: { pathOf: ({ hash }: layout.rf_exe_key) => `/bin/${hash[0]}` },
} as Pick<FlowNames, "bootId" | "executables"> as FlowNames;
const exec = (execNs: bigint) => ({ pid: 7, execId: execIdOf("b0", 7, execNs) });

test("ProcessRecords keeps what ran above an execution, and takes no other one's for it", () => {
  const empty = codec.fromBytes(new Uint8Array(codec.size));
  let looks = 0;
  let record: Uint8Array | undefined;
  const runs = (execNs: bigint, above: bigint) => {
    const line = [{ ...empty.line[0], hash: [above, 0n] }] as layout.rf_exe_key[];
    record = codec.toBytes({ ...empty, tgid: 7, exec_ns: execNs, line, line_count: 1 });
  };
  const map = {
    lookup: () => {
      looks += 1;
      return record;
    },
  } as Pick<RawMap, "lookup"> as RawMap;
  const records = new ProcessRecords(map);
  runs(1n, 10n);
  assert.deepEqual(records.ancestorsOf(exec(1n), names), ["/bin/10"]);
  runs(2n, 20n);
  assert.deepEqual(records.ancestorsOf(exec(1n), names), ["/bin/10"]);
  assert.equal(looks, 1, "it was kept");
  assert.deepEqual(records.ancestorsOf(exec(2n), names), ["/bin/20"]);
  runs(3n, 30n);
  assert.deepEqual(records.ancestorsOf(exec(4n), names), ["/bin/30"], "the best that is known");
  runs(4n, 40n);
  assert.deepEqual(records.ancestorsOf(exec(4n), names), ["/bin/40"], "and not kept");
  record = undefined;
  assert.deepEqual(records.ancestorsOf(exec(4n), names), ["/bin/40"], "it has ended");
  assert.equal(records.ancestorsOf(exec(5n), names), null);
});

test("ProcessRecords describes an execution once, and another one of that process anew", () => {
  const empty = codec.fromBytes(new Uint8Array(codec.size));
  let record = empty;
  let looks = 0;
  const map = {
    lookup: () => {
      looks += 1;
      return codec.toBytes(record);
    },
  } as Pick<RawMap, "lookup"> as RawMap;
  const records = new ProcessRecords(map);
  let commandLine: string | null = null;
  const commandLines = { get: () => commandLine } as Pick<CommandLines, "get"> as CommandLines;
  const described: FlowNames = { ...names, commandLines };
  const uidAt = (execNs: bigint) => records.findOnce(7, execNs, described)?.uid;
  const becomes = (execNs: bigint, uid: number) => {
    record = { ...empty, tgid: 7, exec_ns: execNs, known: { ...empty.known, uid } };
  };
  becomes(1n, 10);
  assert.equal(uidAt(1n), 10);
  commandLine = "seven";
  assert.equal(records.findOnce(7, 1n, described)?.commandLine, "seven", "what is told later is taken");
  becomes(1n, 11);
  assert.deepEqual([uidAt(1n), looks], [10, 2]);
  becomes(2n, 20);
  assert.deepEqual([uidAt(2n), uidAt(1n), uidAt(2n)], [20, undefined, 20]);
});
