import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LadderResults } from "../ladder/measure-ladder.js";
import type { NamesResults } from "../names/measure-names.js";
import type { Summary } from "../statistics/summary.js";
import type { OurUpdate } from "../update/measure-update.js";
import { boundText, isMet } from "./bar.js";
import { barsOfLadder } from "./bars-of-ladder.js";
import { barsOfNames } from "./bars-of-names.js";
import { barsOfThroughput } from "./bars-of-throughput.js";
import { barsOfUpdate } from "./bars-of-update.js";

function all(value: number): Summary {
  return { p50: value, p90: value, p99: value };
}

describe("barsOfLadder", () => {
  /** Nanoseconds added by each case of ours, for every call alike. */
  function ladder(added: Readonly<Record<string, number>>): LadderResults {
    const orders = ["udp-connect", "udp-connect-rotating", "udp-sendto", "udp-sendto-rotating", "udp-send"];
    const rows = Object.entries(added).map(([set, ns]) => ({
      id: `ringfence-${set}`,
      title: set,
      calls: orders.map((order) => ({
        order,
        time: all(ns),
        added: { p50: ns, p25: ns, p75: ns },
        ratio: 2,
      })),
    }));
    return { rounds: 1, verdicts: 0, losses: 0, rows };
  }
  const measured = {
    "realistic-0": 300,
    "realistic-10": 400,
    "realistic-1000": 500,
    "realistic-10000": 600,
    "adversarial-10": 400,
    "adversarial-10000": 604,
    "prefixes-100000": 900,
  };

  test("judges cost by number of rules, and how it grows", () => {
    const bars = barsOfLadder(ladder(measured));
    assert.deepEqual(
      bars.map(({ found }) => Number(found.toFixed(2))),
      [0.4, 0.5, 0.6, 1.5, 1.5, 1.51, 1.51, 0.9, 0.6, 0.6],
    );
    assert.deepEqual(
      bars.filter((bar) => !isMet(bar)).map(({ what }) => what),
      [
        "10,000 rules against 10, adversarial",
        "10,000 rules against 10, adversarial, rotating",
        "`sendto()` with 10,000 rules adds",
        "`send()` on a connected socket with 10,000 rules adds",
      ],
    );
  });

  test("refuses results without a case that a bar is about", () => {
    assert.throws(() => barsOfLadder(ladder({ "realistic-0": 1 })), /"realistic-10"/);
  });
});

describe("barsOfUpdate", () => {
  const update: OurUpdate = {
    title: "10 rules",
    parse: all(900),
    compile: all(50),
    replace: all(40),
    onNew: all(95),
    onOld: all(120),
    oldMissed: 0,
    watched: all(210),
  };
  const bars = (ours: OurUpdate) => barsOfUpdate({ rounds: 1, nftRounds: 1, ours: [ours], nft: [] });
  const found = (ours: OurUpdate) => bars(ours)[0]?.found;

  test("takes the later of new and connected sockets", () => {
    assert.equal(found(update), 120);
    assert.equal(found({ ...update, onOld: null }), 95);
  });

  test("judges a real run by what it says itself", () => {
    const [, watched] = bars(update);
    assert.ok(watched);
    assert.ok(watched.what.includes("10 rules"));
    assert.deepEqual([watched.found, isMet(watched)], [210, false]);
  });

  test("is never met where a connected socket went on", () => {
    assert.equal(found({ ...update, oldMissed: 1 }), Number.POSITIVE_INFINITY);
  });
});

test("barsOfThroughput judges what is lost, in percent of each round's rate without rules", () => {
  const rates = { none: all(10), fence: all(9.4), nftables: all(9) };
  const byStreams = [{ streams: 10, rates, ratios: { fence: 0.94, nftables: 0.9 } }];
  const [bar] = barsOfThroughput({ rounds: 1, seconds: 1, rules: 1, byStreams });
  assert.ok(bar);
  assert.equal(bar.found.toFixed(1), "6.0");
  assert.equal(isMet(bar), false);
});

describe("barsOfNames", () => {
  const middle = { cpuUs: 1, rss: 1 };
  const results = (added: readonly (readonly [number, number])[]): NamesResults => ({
    queries: 1,
    fence: { answers: 1, losses: 0 },
    supervisor: { allowing: middle, denying: middle },
    forwarder: middle,
    domains: added.map(([allowing, forwarder]) => {
      const difference = (ns: number) => ({ p50: ns, p25: ns, p75: ns });
      return {
        name: "1.example.com",
        addresses: 1,
        time: { none: all(1), allowing: all(1), denying: all(1), forwarder: all(1) },
        added: {
          none: difference(0),
          allowing: difference(allowing),
          denying: difference(-9000),
          forwarder: difference(forwarder),
        },
      };
    }),
  });

  test("judges the middle of all names, and how much more a forwarder adds", () => {
    const bars = barsOfNames(
      results([
        [900, 20_000],
        [1000, 15_000],
        [1200, 14_000],
      ]),
    );
    assert.deepEqual(
      bars.map((bar) => [bar.found, isMet(bar)]),
      [
        [1, true],
        [15, true],
      ],
    );
  });

  test("wants a forwarder to add that many times as much at least", () => {
    const [, times] = barsOfNames(results([[1000, 14_900]]));
    assert.ok(times);
    assert.deepEqual([times.found, isMet(times), boundText(times)], [14.9, false, ">= 15 x"]);
  });
});
