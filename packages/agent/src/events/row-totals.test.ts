import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RowTotals } from "./row-totals.js";

describe("RowTotals", () => {
  test("gives each byte of a row to one connection", () => {
    const totals = new RowTotals();
    assert.deepEqual(totals.since(7, { sent: 100, received: 10 }), { sent: 100, received: 10 });
    assert.deepEqual(totals.since(8, { sent: 5, received: 0 }), { sent: 5, received: 0 });
    assert.deepEqual(totals.since(7, { sent: 130, received: 10 }), { sent: 30, received: 0 });
    assert.deepEqual(totals.since(7, { sent: 130, received: 15 }), { sent: 0, received: 5 });
  });

  test("takes nothing back for a row that tells nothing any more", () => {
    const totals = new RowTotals();
    totals.since(7, { sent: 100, received: 10 });
    assert.deepEqual(totals.since(7, { sent: 0, received: 0 }), { sent: 0, received: 0 });
    assert.deepEqual(totals.since(7, { sent: 110, received: 10 }), { sent: 10, received: 0 });
  });
});
