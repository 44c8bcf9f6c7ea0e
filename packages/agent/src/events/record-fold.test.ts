import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layout } from "@ringfence/kernel";
import { type RecordChange, verdictRecords } from "../testing/verdict-record.js";
import { VerdictFold } from "./verdict-fold.js";

const { size, fields } = layout.rf_verdict_event;

function folded(changes: readonly RecordChange[], capacity = 64) {
  const rows: { port: number; count: number; first: bigint; last: bigint }[] = [];
  const view = verdictRecords(changes);
  const fold = new VerdictFold(capacity, (record, offset, count, last) =>
    rows.push({
      port: record.getUint16(offset + fields.key.offset + layout.rf_flow_key.fields.port.offset, true),
      count,
      first: record.getBigUint64(offset + fields.time_ns.offset, true),
      last,
    }),
  );
  for (let index = 0; index < changes.length; index++) fold.add(view, index * size);
  assert.equal(fold.total, changes.length);
  fold.flush();
  fold.flush();
  return rows;
}

describe("VerdictFold", () => {
  test("joins what differs in process and time only, with the first and the last time", () => {
    const changes = [3n, 5n, 9_000_000_000n].map((timeNs, index) => ({ timeNs, tgid: index + 1 }));
    assert.deepEqual(folded(changes), [{ port: 443, count: 3, first: 3n, last: 9_000_000_000n }]);
  });

  test("keeps apart what differs in anything else", () => {
    const kinds: RecordChange[] = [
      {},
      { exe: 2n },
      { exe: 1n << 40n },
      { cgroup: 10n },
      { address: "10.0.0.2" },
      { address: "2001:db8::1" },
      { port: 80 },
      { uid: 1 },
      { bit: 2 },
      { action: layout.rf_action.RF_DENY },
    ];
    const rows = folded([...kinds, ...kinds]);
    assert.deepEqual(
      rows.map(({ count }) => count),
      kinds.map(() => 2),
    );
  });

  test("hands out what it has when it is full, so that the totals stay right", () => {
    const ports = Array.from({ length: 1000 }, (_, index) => ({ port: 1 + (index % 300) }));
    const rows = folded(ports, 64);
    const total = (port: number) =>
      rows.filter((row) => row.port === port).reduce((sum, { count }) => sum + count, 0);
    for (let port = 1; port <= 300; port++) assert.equal(total(port), port <= 100 ? 4 : 3);
  });
});
