import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentResults } from "../agent/measure-agent.js";
import { isMet } from "./bar.js";
import { barsOfAgent } from "./bars-of-agent.js";

const all = (value: number) => ({ p50: value, p90: value, p99: value });
const load = { cpu: 3, rss: 100 };
const met: AgentResults = {
  startRounds: 1,
  ready: { few: all(2000), one: all(2000), large: all(2000) },
  takenOver: all(2000),
  booted: all(2000),
  changes: 1,
  reload: { many: all(1000), large: all(1000) },
  seconds: 1,
  rate: 1000,
  processes: 10_000,
  load: { "one-steady": load, "large-steady": load, "large-rotating": load },
};

const missedOf = (results: AgentResults) => barsOfAgent(results).filter((bar) => !isMet(bar));

test("barsOfAgent judges each start, change and load by its own figure", () => {
  assert.deepEqual(missedOf(met), []);
  const worse = {
    ...met,
    ready: { ...met.ready, one: all(2001) },
    takenOver: all(2002),
    booted: all(2003),
    reload: { ...met.reload, large: all(1001) },
    load: { ...met.load, "large-rotating": { cpu: 3.1, rss: 101 } },
  };
  assert.deepEqual(
    missedOf(worse).map(({ found }) => found),
    [2001, 2003, 2002, 1001, 3.1, 101],
  );
});
