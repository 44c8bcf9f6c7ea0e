import assert from "node:assert/strict";
import { test } from "node:test";
import type { SelftestRow } from "@ringfence/model";
import { renderSelftest } from "./render-selftest.js";

const row: SelftestRow = {
  id: "tcp-connect",
  title: "TCP connect",
  run: "plain",
  result: "blocked-at-call",
  expected: "blocked-at-call",
  ok: true,
  hook: "connect",
  call: "connect",
  error: "EPERM",
  detail: null,
};
const result = (rows: readonly SelftestRow[]) =>
  renderSelftest({
    schema: "ringfence.selftest/v1",
    ok: rows.every(({ ok }) => ok),
    kernel: { release: "6.1.0", architecture: "x64", lsmBpf: true },
    tookMs: 4200,
    rows: [...rows],
  });

test("renderSelftest shows each row with its hook and call, and the sum", () => {
  const text = result([row]);
  assert.match(text, /^TCP connect +plain +blocked at call +connect +connect EPERM$/m);
  assert.match(text, /1 blocked at call, 0 blocked in flight, 0 seen only, 0 open/);
  assert.match(text, /Good: nothing is worse/);
});

test("renderSelftest names what is worse than expected", () => {
  const text = result([{ ...row, result: "open", ok: false, hook: null, call: null, error: null }]);
  assert.match(text, /^TCP connect +plain +open +- +- +expected blocked at call$/m);
  assert.match(text, /WORSE than this kernel allows: plain\/tcp-connect/);
});
