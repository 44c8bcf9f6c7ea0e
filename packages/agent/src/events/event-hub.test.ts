import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AgentEvent } from "@ringfence/model";
import type { EventDraft } from "./event-draft.js";
import { EventHub } from "./event-hub.js";

function hubOf(): EventHub {
  const clock = { bootId: "b0", bootMs: () => 7, toIso: (ms: number) => new Date(ms).toISOString() };
  return new EventHub({ host: "h", labels: { job: "1" }, clock });
}

function loss(place: string): EventDraft {
  return { type: "loss", level: "warning", msg: "lost", place, lost: 1 };
}

describe("EventHub", () => {
  test("stamps events and counts them", async () => {
    const hub = hubOf();
    const seen: AgentEvent[] = [];
    hub.subscribe({ name: "all" }, (events) => void seen.push(...events));
    hub.publish(loss("a"), 5);
    hub.publish(loss("b"));
    assert.equal(seen.length, 0, "nobody is called by who publishes");
    await hub.drained();
    assert.deepEqual(
      seen.map(({ sequence, time, bootMs, bootId, host, labels }) => [
        sequence,
        time,
        bootMs,
        bootId,
        host,
        labels,
      ]),
      [
        [0, "1970-01-01T00:00:00.005Z", 5, "b0", "h", { job: "1" }],
        [1, "1970-01-01T00:00:00.007Z", 7, "b0", "h", { job: "1" }],
      ],
    );
  });

  test("filters for each subscriber", async () => {
    const hub = hubOf();
    let count = 0;
    hub.subscribe({ name: "agent", filter: { types: ["agent"] } }, ({ length }) => {
      count += length;
    });
    hub.publish(loss("a"));
    hub.publish({ type: "agent", level: "info", msg: "", change: "started", version: "1" });
    await hub.drained();
    assert.equal(count, 1);
  });

  test("drops what a slow subscriber has no room for, tells it how many, and goes on for the others", async () => {
    const hub = hubOf();
    const slow: [readonly number[], number][] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let fast = 0;
    hub.subscribe({ name: "slow", capacity: 3 }, (events, lost) => {
      slow.push([events.map(({ sequence }) => sequence), lost]);
      return slow.length === 1 ? held : undefined;
    });
    hub.subscribe({ name: "fast" }, ({ length }) => {
      fast += length;
    });
    hub.publish(loss("a"));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    for (let index = 0; index < 10; index++) hub.publish(loss("b"));
    release();
    await hub.drained();
    assert.equal(fast, 11);
    assert.deepEqual(slow, [
      [[0], 0],
      [[1, 2, 3], 7],
    ]);
    assert.deepEqual(hub.subscribers[0], { name: "slow", delivered: 4, lost: 7 });
  });

  test("tells of a loss although nothing follows", async () => {
    const hub = hubOf();
    const told: number[] = [];
    hub.subscribe({ name: "none", capacity: 0 }, (_events, lost) => void told.push(lost));
    const other = hub.subscribe({ name: "one", capacity: 1 }, (_events, lost) => void told.push(lost));
    hub.publish(loss("a"));
    hub.publish(loss("a"));
    await hub.drained();
    assert.deepEqual([other.lost, told.at(-1)], [1, 1]);
  });

  test("ends the subscription of one that fails, and says why", async () => {
    const hub = hubOf();
    let reason: unknown;
    const onEnd = (error: unknown) => {
      reason = error;
    };
    hub.subscribe({ name: "broken", onEnd }, () => {
      throw new Error("no room");
    });
    hub.publish(loss("a"));
    await hub.drained();
    hub.publish(loss("a"));
    assert.match(String(reason), /no room/);
    assert.deepEqual(hub.subscribers, []);
  });
});
