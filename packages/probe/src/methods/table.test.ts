import assert from "node:assert/strict";
import { test } from "node:test";
import { trialAddresses } from "../network/layout.js";
import { methods } from "./table.js";

test("methods have ids of their own, and an address each", () => {
  const ids = methods.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const addresses = methods.flatMap((_, index) => Object.values(trialAddresses(index)));
  assert.equal(new Set(addresses).size, addresses.length);
});

test("methods that get something say how it is handed over", () => {
  for (const { id, prepare, handOver, runs } of methods) {
    assert.equal(prepare === undefined, handOver === undefined, id);
    assert.ok(runs.length > 0, id);
  }
});
