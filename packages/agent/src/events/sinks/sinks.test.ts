import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { AgentEvent } from "@ringfence/model";
import { DiskSink } from "./disk-sink.js";
import { EventFile } from "./event-file.js";

const root = mkdtempSync(join(tmpdir(), "ringfence-sinks-"));
const full = join(root, "full");
mkdirSync(full);
execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", full]);
after(() => {
  execFileSync("umount", [full]);
  rmSync(root, { recursive: true });
});

function events(count: number, padding = 0): AgentEvent[] {
  return Array.from(
    { length: count },
    (_, sequence) =>
      ({
        type: "loss",
        level: "warning",
        sequence,
        msg: "x".repeat(padding),
        host: "h",
      }) as unknown as AgentEvent,
  );
}

function sequences(path: string): number[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as AgentEvent).sequence);
}

describe("DiskSink", () => {
  test("stops on a full disk with one line, and goes on when there is room", () => {
    let now = 0;
    const said: string[] = [];
    const path = join(full, "events.ndjson");
    const store = new EventFile({ path, maxBytes: 1 << 30, maxDays: 1, now: () => 0 });
    const onTrouble = (text: string) => void said.push(text);
    const sink = new DiskSink({ what: "history", store, now: () => now, onTrouble });
    sink.deliver(events(10));
    const filler = join(full, "filler");
    assert.throws(() => writeFileSync(filler, Buffer.alloc(1 << 20)), /ENOSPC/);
    for (let round = 0; round < 5; round++) {
      sink.deliver(events(100, 100));
      now += 6000;
    }
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0] ?? "", /^history stops: ENOSPC.*make room/);
    assert.deepEqual([sink.isStopped, sink.lost], [true, 500]);
    rmSync(filler);
    sink.deliver(events(3));
    assert.match(said[1] ?? "", /goes on: 500 events/);
    assert.deepEqual([sink.isStopped, sink.written], [false, 13]);
    sink.close();
    assert.deepEqual(sequences(path), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2], "no torn line is left");
  });

  test("waits before it tries again", () => {
    let now = 0;
    let tries = 0;
    const store = {
      write: () => {
        tries += 1;
        throw new Error("no");
      },
      close: () => undefined,
    };
    const sink = new DiskSink({ what: "x", store, now: () => now, onTrouble: () => undefined });
    sink.deliver(events(1));
    sink.deliver(events(1));
    now = 5000;
    sink.deliver(events(1));
    assert.deepEqual([tries, sink.lost], [2, 3]);
  });
});

describe("EventFile", () => {
  test("rotates by size, and keeps within its room", () => {
    const path = join(root, "rotated", "e.ndjson");
    mkdirSync(join(root, "rotated"));
    const file = new EventFile({ path, maxBytes: 8000, maxDays: 7, now: () => Date.now() });
    for (let index = 0; index < 300; index++) file.write(Buffer.from(`${String(index).padStart(99, "0")}\n`));
    file.close();
    const names = readdirSync(join(root, "rotated"));
    assert.ok(names.length >= 7 && names.length <= 8, names.join());
    const numbers = names.map((name) => Number(name.split(".")[2] ?? 999)).toSorted((a, b) => a - b);
    const lines = numbers.flatMap((number) =>
      readFileSync(number === 999 ? path : `${path}.${number}`, "utf8")
        .trimEnd()
        .split("\n"),
    );
    const last = 300 - lines.length;
    assert.deepEqual(
      lines.map(Number),
      Array.from({ length: lines.length }, (_, index) => last + index),
    );
  });

  test("rotates by age, and forgets what is too old", () => {
    const path = join(root, "aged.ndjson");
    let now = Date.now();
    const file = new EventFile({ path, maxBytes: 1 << 20, maxDays: 3, now: () => now });
    for (let day = 0; day < 6; day++) {
      file.write(Buffer.from(`${day}\n`));
      now += 86_400_000;
    }
    file.close();
    assert.equal(readFileSync(path, "utf8"), "5\n");
    assert.ok(!readdirSync(root).includes("aged.ndjson.1"));
  });
});
