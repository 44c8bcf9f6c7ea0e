import assert from "node:assert/strict";
import { test } from "node:test";
import { methods } from "@ringfence/probe";
import { planTrials } from "./plan.js";

test("planTrials gives no two trials the same port, nor a mark that is part of another", () => {
  const { control, fenced, skipped } = planTrials(new Set(), true);
  assert.equal(skipped.size, 0);
  assert.equal(control.length, methods.length);
  const trials = [...control, ...fenced].map(({ trial }) => trial);
  assert.equal(new Set(trials.map(({ port }) => port)).size, trials.length);
  for (const { mark } of trials) {
    assert.equal(trials.filter((other) => other.mark.includes(mark)).length, 1, mark);
  }
});

test("planTrials leaves out, with a reason, what would load a module", () => {
  const { control, fenced, skipped } = planTrials(new Set(["PACKET"]), false);
  const left = [...skipped.keys()].map(({ id }) => id);
  assert.ok(left.includes("sctp-connect") && left.includes("vsock"));
  assert.ok(!left.includes("packet-raw") && !left.includes("tcp-connect"));
  assert.ok([...control, ...fenced].every(({ method }) => !left.includes(method.id)));
});
