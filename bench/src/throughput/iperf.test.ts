import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readIperf } from "./iperf.js";

describe("readIperf", () => {
  test("takes what the receiver counted", () => {
    const end = {
      sum_sent: { bits_per_second: 9e9, retransmits: 3 },
      sum_received: { bits_per_second: 8e9 },
    };
    assert.deepEqual(readIperf(JSON.stringify({ end })), { gigabitsPerSecond: 8, retransmits: 3 });
  });

  test("throws with the complaint of a run that failed", () => {
    const text = JSON.stringify({ end: {}, error: "unable to connect to server" });
    assert.throws(() => readIperf(text), /unable to connect/);
    assert.throws(() => readIperf("sh: iperf3: not found"), /not found/);
  });
});
