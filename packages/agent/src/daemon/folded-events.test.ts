import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { layout } from "@ringfence/kernel";
import type { AgentEvent } from "@ringfence/model";
import type { Observation } from "@ringfence/rules";
import { EventHub } from "../events/event-hub.js";
import { PolicyNames } from "../observe/policy-names.js";
import { ProcessRecords } from "../observe/process-records.js";
import { connectionRecord } from "../testing/connection-record.js";
import { type RecordChange, verdictRecords } from "../testing/verdict-record.js";
import { FoldedEvents } from "./folded-events.js";

const { RF_ENDED_BY_NOBODY } = layout.rf_ended_by;

const names = {
  policies: new PolicyNames([
    { revision: "r", bits: [{ ruleId: "p/a" }, { ruleId: "p/b" }], graceSeconds: null },
  ]),
  executables: { pathOf: () => "/usr/bin/tool" },
  commandLines: { get: () => "tool" },
  domains: { textOf: () => null, expiryOf: () => null, of: () => [] },
  bootId: "b0",
  toIso: (ns: bigint) => new Date(Number(ns) / 1e6).toISOString(),
};

class Stage {
  readonly observed: Observation[] = [];
  readonly hub: EventHub;
  readonly events: FoldedEvents;

  constructor(fold: boolean) {
    const clock = { bootId: "b0", bootMs: () => 0, toIso: (ms: number) => new Date(ms).toISOString() };
    this.hub = new EventHub({ host: "h", labels: {}, clock });
    this.events = new FoldedEvents({
      fold,
      hub: this.hub,
      attacks: { observe: (observation) => void this.observed.push(observation) },
      sources: {
        names,
        knowledge: { ancestorsOf: () => [], workloadOf: () => null },
        records: new ProcessRecords({ lookup: () => undefined }),
      },
    });
  }

  verdict(change: RecordChange): void {
    this.events.verdict(verdictRecords([change]), 0);
  }

  /** Numbers of the processes that the detectors were shown, with milliseconds. */
  shown(): [number | undefined, number][] {
    return this.observed.map((one) => ["actor" in one ? one.actor?.pid : undefined, one.atMs]);
  }

  watch(isWatching: boolean): AgentEvent[] {
    const told: AgentEvent[] = [];
    this.hub.subscribe({ name: "test", isWatching }, (events) => void told.push(...events));
    return told;
  }
}

const counts = (events: readonly AgentEvent[]) => events.map((event) => "count" in event && event.count);

describe("FoldedEvents", () => {
  test("tells repeats late while nobody watches, and shows detectors each at once, of the latest process", async () => {
    const stage = new Stage(true);
    const told = stage.watch(false);
    for (const [tgid, ms] of [
      [1, 1],
      [1, 2],
      [2, 3],
      [2, 4],
    ] as const) {
      stage.verdict({ tgid, timeNs: BigInt(ms) * 1_000_000n });
      stage.events.look();
    }
    await stage.hub.drained();
    assert.deepEqual(counts(told), [1]);
    assert.deepEqual(stage.shown(), [
      [1, 1],
      [1, 2],
      [2, 3],
      [2, 4],
    ]);
    stage.events.flush();
    await stage.hub.drained();
    assert.deepEqual(counts(told), [1, 3]);
    assert.equal(stage.observed.length, 4, "shown once each");
  });

  test("tells repeats at each look while somebody watches", async () => {
    const stage = new Stage(true);
    const told = stage.watch(true);
    for (let time = 1; time <= 3; time++) {
      stage.verdict({});
      stage.events.connection(connectionRecord(), 0);
      stage.events.look();
    }
    await stage.hub.drained();
    assert.deepEqual(counts(told), [1, 1, 1, 1, 1, 1]);
    assert.equal(stage.observed.length, 3);
  });

  test("tells each by itself where repeats are not to be folded", async () => {
    const stage = new Stage(false);
    const told = stage.watch(false);
    for (const tgid of [1, 2, 3]) stage.verdict({ tgid });
    for (let time = 1; time <= 2; time++) stage.events.connection(connectionRecord(), 0);
    await stage.hub.drained();
    assert.deepEqual(counts(told), [1, 1, 1, 1, 1]);
    assert.deepEqual(
      told.flatMap((event) => (event.type === "verdict" ? [event.process?.pid] : [])),
      [1, 2, 3],
    );
  });

  test("shows detectors attempts that came to nothing again and again, and no other ends", () => {
    const stage = new Stage(true);
    const refused = { established_ns: 0n, error: 111, ended_by: RF_ENDED_BY_NOBODY };
    for (let time = 1; time <= 2; time++) {
      stage.events.connection(connectionRecord(refused), 0);
      stage.events.connection(connectionRecord(), 0);
      stage.events.look();
    }
    assert.deepEqual(
      stage.observed.map(({ kind }) => kind),
      ["ending", "ending"],
    );
  });
});
