import assert from "node:assert/strict";
import { test } from "node:test";
import { RowTotals } from "./row-totals.js";

test("RowTotals gives each byte of a row to one connection", () => {
  const totals = new RowTotals();
  assert.deepEqual(totals.since(7, { sent: 100n, received: 10n }), { sent: 100n, received: 10n });
  assert.deepEqual(totals.since(8, { sent: 5n, received: 0n }), { sent: 5n, received: 0n });
  assert.deepEqual(totals.since(7, { sent: 130n, received: 10n }), { sent: 30n, received: 0n });
  assert.deepEqual(totals.since(7, { sent: 130n, received: 15n }), { sent: 0n, received: 5n });
});
