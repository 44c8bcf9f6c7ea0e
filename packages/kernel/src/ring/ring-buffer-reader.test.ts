import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bytesCodec, u32Codec } from "../layout/scalar-codecs.js";
import { BpfObject } from "../libbpf/bpf-object.js";
import { compileBpf } from "../testing/compile-bpf.js";
import { runNode } from "../testing/run-node.js";
import { type OnRecord, RingBufferReader } from "./ring-buffer-reader.js";

const path = compileBpf("sample");
const object = BpfObject.open(path);
object.load();
after(() => object.close());

const make = object.program("make_records");
/** Lets the kernel side write records, each with the next sequence number; every n-th is discarded. */
const produce = (count: number, discardEvery = 0) => {
  const ctxIn = new Uint8Array(Uint32Array.of(count, discardEvery).buffer);
  assert.equal(make.testRun({ ctxIn }).returnValue, 0);
};
const bss = object.rawMap(".bss");
const totals = object.map(".bss", u32Codec, bytesCodec(bss.info.valueSize));

/** What the kernel side says it produced, and what found no room. */
function kernelTotals(): { readonly produced: number; readonly lost: number } {
  const bytes = Uint8Array.from(totals.get(0) ?? []);
  const [produced = 0n, lost = 0n] = new BigUint64Array(bytes.buffer);
  return { produced: Number(produced), lost: Number(lost) };
}

/** Checks each record against the sequence expected next. */
class Checker {
  next = 0;
  seen = 0;
  wrong = 0;
  readonly onRecord: OnRecord = (view, offset, length) => {
    const sequence = view.getUint32(offset, true);
    const intact = length === 16 && view.getUint32(offset + 8, true) === ~sequence >>> 0;
    if (!intact || sequence !== this.next) this.wrong += 1;
    this.next = sequence + 1;
    this.seen += 1;
  };
}

beforeEach(() => {
  using reader = RingBufferReader.fromFd(object.mapFd("records"));
  reader.drain(() => undefined);
  totals.set(0, new Uint8Array(bss.info.valueSize));
});

test("RingBufferReader.drain sees 1,200,000 records in order, none lost, around the ring's end", () => {
  using reader = RingBufferReader.fromFd(object.mapFd("records"));
  const checker = new Checker();
  let drained = 0;
  for (let round = 0; round < 40; round++) {
    produce(30_000);
    drained += reader.drain(checker.onRecord);
  }
  assert.deepEqual([drained, checker.seen, checker.wrong], [1_200_000, 1_200_000, 0]);
  assert.deepEqual(kernelTotals(), { produced: 1_200_000, lost: 0 });
  assert.equal(reader.pendingBytes, 0);
});

test("RingBufferReader.run sees what is produced while it waits, and every batch is told", async () => {
  using reader = RingBufferReader.fromFd(object.mapFd("records"));
  const checker = new Checker();
  const controller = new AbortController();
  let told = 0;
  const onBatchEnd = (records: number) => {
    told += records;
  };
  const run = reader.run({ signal: controller.signal, onRecord: checker.onRecord, onBatchEnd });
  for (let round = 0; round < 50; round++) {
    produce(round % 5 === 0 ? 20_000 : 1);
    await sleep(1);
  }
  while (checker.seen < 200_040) await sleep(1);
  controller.abort();
  await run;
  assert.deepEqual([checker.seen, checker.wrong, told], [200_040, 0, 200_040]);
});

test("RingBufferReader.run wakes up for a single record", async () => {
  using reader = RingBufferReader.fromFd(object.mapFd("records"));
  const controller = new AbortController();
  const checker = new Checker();
  const run = reader.run({ signal: controller.signal, onRecord: checker.onRecord });
  for (let expected = 1; expected <= 20; expected++) {
    await sleep(2);
    produce(1);
    const start = performance.now();
    while (checker.seen < expected) {
      assert.ok(performance.now() - start < 2_000, "the reader slept through a record");
      await sleep(0);
    }
  }
  controller.abort();
  await run;
});

test("RingBufferReader.run stops within 100 ms of an abort, and at once when aborted before", async () => {
  using reader = RingBufferReader.fromFd(object.mapFd("records"));
  const controller = new AbortController();
  const run = reader.run({ signal: controller.signal, onRecord: () => undefined });
  await sleep(50);
  const start = performance.now();
  controller.abort();
  await run;
  assert.ok(performance.now() - start < 100);
  await reader.run({ signal: AbortSignal.abort(), onRecord: () => assert.fail("no record was due") });
});

test("RingBufferReader.run rejects with what the callback throws, and can run again", async () => {
  using reader = RingBufferReader.fromFd(object.mapFd("records"));
  produce(3);
  const failure = new Error("thrown by the callback");
  const onRecord = () => {
    throw failure;
  };
  await assert.rejects(reader.run({ signal: new AbortController().signal, onRecord }), failure);
  const checker = new Checker();
  checker.next = 1;
  assert.equal(reader.drain(checker.onRecord), 2);
  assert.equal(checker.wrong, 0);
});

test("RingBufferReader.drain passes over discarded records", () => {
  using reader = RingBufferReader.fromFd(object.mapFd("records"));
  produce(100, 10);
  const sequences: number[] = [];
  reader.drain((view, offset) => sequences.push(view.getUint32(offset, true)));
  assert.deepEqual(
    sequences,
    Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 10 !== 0),
  );
});

test("RingBufferReader leaves it to the kernel side to count what a full ring refuses", () => {
  using reader = RingBufferReader.fromFd(object.mapFd("records"));
  produce(100_000);
  const checker = new Checker();
  const drained = reader.drain(checker.onRecord);
  const { produced, lost } = kernelTotals();
  assert.ok(lost > 0);
  assert.equal(drained + lost, produced);
  assert.equal(checker.wrong, 0);
});

test("RingBufferReader hands its position to the next reader, in this process and in another", () => {
  const first = RingBufferReader.fromFd(object.mapFd("records"));
  produce(10);
  let seen = 0;
  const stop = new Error("handed over");
  const takeFour = () => {
    seen += 1;
    if (seen === 4) throw stop;
  };
  assert.throws(() => first.drain(takeFour), stop);
  first.close();
  const child = runNode(
    `const reader = kernel.RingBufferReader.fromFd(3);
     const seen = [];
     try {
       reader.drain((view, offset) => { seen.push(view.getUint32(offset, true)); if (seen.length === 2) throw 0; });
     } catch (error) { if (error !== 0) throw error; }
     console.log(seen.join());`,
    { stdio: ["ignore", "pipe", "inherit", object.mapFd("records")] },
  );
  assert.equal(child.stdout, "4,5\n");
  using last = RingBufferReader.fromFd(object.mapFd("records"));
  const checker = new Checker();
  checker.next = 6;
  assert.equal(last.drain(checker.onRecord), 4);
  assert.equal(checker.wrong, 0);
});

test("RingBufferReader does not hold up process.exit nor keep a finished process alive", () => {
  const setUp = `
    const object = kernel.BpfObject.open(${JSON.stringify(path)});
    object.load();
    const reader = kernel.RingBufferReader.fromFd(object.mapFd("records"));
    const controller = new AbortController();
    const run = reader.run({ signal: controller.signal, onRecord() {} });`;
  const start = performance.now();
  assert.equal(runNode(`${setUp} setTimeout(() => process.exit(7), 50);`).status, 7);
  assert.equal(runNode(`${setUp} setTimeout(() => controller.abort(), 50); await run;`).status, 0);
  assert.ok(performance.now() - start < 10_000);
});

test("RingBufferReader refuses other maps, use after close and a second run", async () => {
  assert.throws(() => RingBufferReader.fromFd(object.mapFd("table")), /"table": it is not a ring buffer/);
  const reader = RingBufferReader.fromFd(object.mapFd("records"));
  const controller = new AbortController();
  const options = { signal: controller.signal, onRecord: () => undefined };
  const run = reader.run(options);
  await assert.rejects(reader.run(options), /twice at a time/);
  assert.throws(() => reader.close(), /while it runs/);
  controller.abort();
  await run;
  reader.close();
  reader.close();
  assert.throws(() => reader.drain(options.onRecord), /it is closed/);
});

test("RingBufferReader.drain ends where each record that is read brings another one", () => {
  using reader = RingBufferReader.fromFd(object.mapFd("records"));
  let more = 1_000;
  produce(10);
  const drained = reader.drain(() => {
    if (more-- > 0) produce(1);
  });
  assert.equal(drained, 20);
  assert.ok(reader.pendingBytes > 0, "what came last waits for the next time");
});
