import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AgentEvent } from "@ringfence/model";
import { RepeatFold } from "./repeat-fold.js";

let sequence = 0;

function event(change: object = {}): AgentEvent {
  const time = new Date(1000 * sequence).toISOString();
  const process = { exe: "/a", exeFlags: [], uid: 0, pid: sequence };
  const times = { time, firstSeen: time, lastSeen: time };
  return {
    type: "verdict",
    sequence: sequence++,
    ...times,
    count: 1,
    process,
    address: "a",
    ...change,
  } as unknown as AgentEvent;
}

async function fold(...groups: readonly (readonly AgentEvent[])[]) {
  const passed: AgentEvent[][] = [];
  const folding = new RepeatFold(
    (events) => void passed.push([...events]),
    ({ type }) => type === "listen",
  );
  for (const group of groups) await folding.add(group);
  const before = passed.length;
  await folding.flush();
  await folding.flush();
  return { passed, before };
}

describe("RepeatFold", () => {
  test("passes what is joined already as it is", async () => {
    const { passed, before } = await fold([event({ type: "listen" }), event({ type: "listen", count: 5 })]);
    const counts = passed
      .slice(0, before)
      .flat()
      .map((one) => "count" in one && one.count);
    assert.deepEqual(counts, [1, 5]);
  });

  test("passes the first at once, and the others as one with their count and the last time", async () => {
    const events = [event(), event({ count: 4 }), event(), event()];
    const { passed, before } = await fold(events.slice(0, 2), events.slice(2));
    assert.equal(before, 1);
    const counts = passed.flat().map((one) => "count" in one && [one.count, one.sequence, one.lastSeen]);
    assert.deepEqual(counts, [
      [
        1,
        events[0]?.sequence,
        "count" in (events[0] as object) && (events[0] as { lastSeen: string }).lastSeen,
      ],
      [6, events[1]?.sequence, (events[3] as { lastSeen: string }).lastSeen],
    ]);
  });

  test("keeps apart what differs in more than process and time, and what has no count", async () => {
    const loss = { type: "loss", sequence: 1 } as unknown as AgentEvent;
    const { passed } = await fold([
      event(),
      event({ address: "b" }),
      event({ process: { exe: "/b", exeFlags: [], uid: 0 } }),
      loss,
      loss,
    ]);
    assert.equal(passed[0]?.length, 5);
    assert.equal(passed.length, 1);
  });

  test("adds up the bytes of connections", async () => {
    const ended = (sentBytes: number) =>
      event({ type: "connection", sentBytes, receivedBytes: 1, durationMs: 2 });
    const { passed } = await fold([ended(10), ended(20), ended(30)]);
    const [, joined] = passed.flat() as unknown as Record<string, number>[];
    assert.deepEqual(
      [joined?.["count"], joined?.["sentBytes"], joined?.["receivedBytes"], joined?.["durationMs"]],
      [2, 50, 2, 4],
    );
  });

  test("loses no count, however many kinds there are", async () => {
    const events = Array.from({ length: 50_000 }, (_, index) => event({ address: String(index % 20_000) }));
    const { passed } = await fold(events.slice(0, 25_000), events.slice(25_000));
    const total = passed.flat().reduce((sum, one) => sum + ("count" in one ? one.count : 0), 0);
    assert.equal(total, 50_000);
  });
});
