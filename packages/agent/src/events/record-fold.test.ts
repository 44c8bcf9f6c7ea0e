import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layout } from "@ringfence/kernel";
import { type RecordChange, verdictRecords } from "../testing/verdict-record.js";
import { RecordFold } from "./record-fold.js";
import { verdictShape } from "./record-shapes.js";

const { size, fields } = layout.rf_verdict_event;
const keyOffset = fields.key.offset;
const { port, tgid } = layout.rf_flow_key.fields;

class Told {
  readonly rows: { port: number; tgid: number; count: number; first: bigint; last: bigint }[] = [];
  /** ports with the notes that came back */
  readonly seen: [number, string][] = [];
  readonly news: boolean[] = [];
  readonly fold: RecordFold<string>;

  constructor(capacity = 64) {
    this.fold = new RecordFold(verdictShape, capacity, {
      onSeen: (record, offset, _lastNs, note) => {
        this.seen.push([record.getUint16(offset + keyOffset + port.offset, true), note]);
        return `${note}+`;
      },
      onFolded: (record, offset, { count, lastNs: last }, isNews) => {
        this.news.push(isNews);
        this.rows.push({
          port: record.getUint16(offset + keyOffset + port.offset, true),
          tgid: record.getUint32(offset + keyOffset + tgid.offset, true),
          count,
          first: record.getBigUint64(offset + fields.time_ns.offset, true),
          last,
        });
        return `note ${this.rows.at(-1)?.port}`;
      },
    });
  }

  add(...changes: readonly RecordChange[]): void {
    const view = verdictRecords(changes);
    for (let index = 0; index < changes.length; index++) this.fold.add(view, index * size);
  }

  counts(): number[] {
    return this.rows.map(({ count }) => count);
  }
}

describe("RecordFold", () => {
  test("joins what differs in process and time only, with both times and the latest process", () => {
    const told = new Told();
    told.add({ timeNs: 3n, tgid: 1 }, { timeNs: 5n, tgid: 2 }, { timeNs: 9_000_000_000n, tgid: 3 });
    told.fold.flush();
    told.fold.flush();
    assert.deepEqual(told.rows, [{ port: 443, tgid: 3, count: 3, first: 3n, last: 9_000_000_000n }]);
    assert.equal(told.fold.total, 3);
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
    const told = new Told();
    told.add(...kinds, ...kinds);
    told.fold.flush();
    assert.deepEqual(
      told.counts(),
      kinds.map(() => 2),
    );
  });

  test("keeps apart what differs in the part that its caller names", () => {
    const told = new Told();
    const view = verdictRecords([{}]);
    for (const part of [1, 2, 1]) told.fold.add(view, 0, part);
    told.fold.flush();
    assert.deepEqual(told.counts(), [2, 1]);
  });

  test("tells a kind at the first look, and what follows at the flush", () => {
    const told = new Told();
    told.add({ timeNs: 1n }, { timeNs: 2n });
    told.fold.look(false);
    assert.deepEqual(told.counts(), [2]);
    told.add({ timeNs: 3n }, { timeNs: 4n }, { port: 80 });
    told.fold.look(false);
    assert.deepEqual(told.counts(), [2, 1], "only the new one");
    told.add({ timeNs: 5n });
    told.fold.look(false);
    told.fold.flush();
    assert.deepEqual(told.counts(), [2, 1, 3]);
    assert.deepEqual([told.rows[2]?.first, told.rows[2]?.last], [3n, 5n]);
    assert.deepEqual(told.news, [true, true, false]);
  });

  test("forgets a kind that does not come between two flushes, and no other", () => {
    const told = new Told();
    told.add(...[1, 2, 3, 4].map((port) => ({ port })));
    told.fold.flush();
    told.add({ port: 2 }, { port: 4 }, { port: 2 });
    told.fold.flush();
    told.rows.length = 0;
    told.add(...[4, 3, 2, 1].map((port) => ({ port })));
    told.fold.look(false);
    assert.deepEqual(
      told.rows.map(({ port }) => port),
      [3, 1],
      "new again",
    );
    assert.deepEqual(told.seen.slice(-2), [
      [4, "note 4"],
      [2, "note 2"],
    ]);
    told.fold.flush();
    assert.deepEqual(
      told.rows.map(({ port, count }) => [port, count]),
      [
        [3, 1],
        [1, 1],
        [2, 1],
        [4, 1],
      ],
    );
  });

  test("shows what came again at each look once, with what was noted before", () => {
    const told = new Told();
    told.add({ port: 1 }, { port: 2 });
    told.fold.look(false);
    told.add({ port: 1 }, { port: 1 });
    told.fold.look(false);
    told.fold.look(false);
    told.add({ port: 1 }, { port: 3 });
    told.fold.flush();
    assert.deepEqual(told.seen, [
      [1, "note 1"],
      [1, "note 1+"],
    ]);
    assert.deepEqual(told.counts(), [1, 1, 1, 3]);
  });

  test("tells repeats at each look where somebody watches", () => {
    const told = new Told();
    for (const timeNs of [1n, 2n, 3n]) {
      told.add({ timeNs });
      told.fold.look(true);
    }
    told.fold.flush();
    assert.deepEqual(
      told.rows.map(({ count, first, last }) => [count, first, last]),
      [
        [1, 1n, 1n],
        [1, 2n, 2n],
        [1, 3n, 3n],
      ],
    );
    assert.deepEqual([told.news, told.seen], [[true, true, true], []]);
  });

  test("tells what it has when it is full, so that the totals stay right", () => {
    const told = new Told();
    for (let index = 0; index < 1000; index++) {
      told.add({ port: 1 + (index % 300) });
      if (index % 7 === 0) told.fold.look(index % 2 === 0);
    }
    told.fold.flush();
    for (let number = 1; number <= 300; number++) {
      const total = told.rows.filter((row) => row.port === number).reduce((sum, { count }) => sum + count, 0);
      assert.equal(total, number <= 100 ? 4 : 3);
    }
  });
});
