import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { historyFiles, historyFolder } from "./history-files.js";
import { HistoryStore } from "./history-store.js";
import { readLines } from "./read-lines.js";
import { listSegments } from "./segments.js";

const root = mkdtempSync(join(tmpdir(), "ringfence-history-"));
after(() => rmSync(root, { recursive: true }));

const HOUR = 3_600_000;

function storeOf(state: string, now: () => number, maxBytes = 1 << 20): HistoryStore {
  return new HistoryStore({ folder: historyFolder(state), days: 7, maxBytes, now });
}

function linesOf(state: string, since: number | null = null): string[] {
  return historyFiles(state, since).flatMap((path) => [...readLines(path)]);
}

describe("HistoryStore", () => {
  test("keeps the order of what was written through hours, restarts and a clock that is set back", () => {
    const state = join(root, "order");
    let now = Date.UTC(2026, 10, 26, 12);
    let store = storeOf(state, () => now);
    const write = (text: string) => store.write(Buffer.from(`${text}\n`));
    write("1");
    write("2");
    now += HOUR;
    write("3");
    now -= 20 * HOUR;
    write("4");
    store.close();
    store = storeOf(state, () => now);
    write("5");
    store.close();
    assert.deepEqual(linesOf(state), ["1", "2", "3", "4", "5"]);
    assert.deepEqual(
      readdirSync(historyFolder(state)).map((name) => name.slice(0, 24)),
      [
        "0000000001-20261126T12000",
        "0000000002-20261126T13000",
        "0000000003-20261125T17000",
        "0000000004-20261125T17000",
      ].map((name) => name.slice(0, 24)),
    );
  });

  test("stays within its room, the oldest goes first", () => {
    const state = join(root, "room");
    const store = storeOf(state, () => 0, 16_000);
    for (let index = 0; index < 1000; index++) store.write(Buffer.from(`${"x".repeat(95)}${index + 1000}\n`));
    store.close();
    const total = listSegments(historyFolder(state)).reduce((sum, { bytes }) => sum + bytes, 0);
    assert.ok(total <= 16_000 && total > 12_000, String(total));
    assert.ok(linesOf(state).at(-1)?.endsWith("1999"));
  });

  test("forgets what is older than its days", () => {
    const state = join(root, "days");
    let now = Date.now();
    const store = storeOf(state, () => now);
    store.write(Buffer.from("old\n"));
    const [path = ""] = historyFiles(state, null);
    const weekAgo = now / 1000 - 8 * 86_400;
    utimesSync(path, weekAgo, weekAgo);
    now += HOUR;
    store.write(Buffer.from("new\n"));
    store.write(Buffer.from("newer\n"));
    now += HOUR;
    store.write(Buffer.from("newest\n"));
    store.close();
    assert.deepEqual(linesOf(state), ["new", "newer", "newest"]);
    assert.deepEqual(linesOf(state, now + 365 * 86_400_000), []);
  });

  test("is read while the last line is torn, as after kill -9", () => {
    const state = join(root, "torn");
    const store = storeOf(state, () => 0);
    store.write(Buffer.from("one\n"));
    const [path = ""] = historyFiles(state, null);
    appendFileSync(path, '{"half":');
    storeOf(state, () => 0).write(Buffer.from("two\n"));
    assert.deepEqual(linesOf(state), ["one", '{"half":', "two"]);
  });

  test("says where it looked when there is none", () => {
    assert.throws(() => historyFiles(join(root, "none"), null), /none\/history/);
  });
});

test("readLines gives lines of any length up to 1 MiB, across the chunks of a file", () => {
  const path = join(root, "lines");
  const sizes = [0, 1, 262_143, 262_144, 262_145, 700_000, (1 << 20) + 1, 3];
  appendFileSync(path, sizes.map((size) => `${"a".repeat(size)}\n`).join(""));
  appendFileSync(path, "end");
  const skipped = { long: 0 };
  assert.deepEqual(
    [...readLines(path, skipped)].map(({ length }) => length),
    [0, 1, 262_143, 262_144, 262_145, 700_000, 3, 3],
  );
  assert.equal(skipped.long, 1);
  assert.equal(readFileSync(path).subarray(-3).toString(), "end");
});
