import assert from "node:assert/strict";
import { test } from "node:test";
import { methods } from "@ringfence/probe";
import { exceptedRows, expectedResult, isWorse } from "./expectations.js";

const kernel = { release: "6.1.0", architecture: "x64", lsmBpf: false };

test("expectedResult is a refusal at the call unless the table says otherwise", () => {
  assert.equal(expectedResult("plain", "tcp-connect", kernel), "blocked-at-call");
  assert.equal(expectedResult("privileged", "packet-raw", kernel), "blocked-in-flight");
  assert.equal(expectedResult("privileged", "packet-raw", { ...kernel, lsmBpf: true }), "blocked-at-call");
  assert.equal(expectedResult("plain", "packet-raw", kernel), "blocked-at-call");
});

test("exceptedRows names only rows that exist", () => {
  const rows = methods.flatMap(({ id, runs }) => runs.map((run) => `${run}/${id}`));
  assert.deepEqual(
    exceptedRows.filter((row) => !rows.includes(row)),
    [],
  );
});

test("isWorse orders results, with what is unclear last", () => {
  assert.equal(isWorse("open", "blocked-at-call"), true);
  assert.equal(isWorse("seen-only", "blocked-in-flight"), true);
  assert.equal(isWorse("unclear", "open"), true);
  assert.equal(isWorse("open", "open"), false);
  assert.equal(isWorse("blocked-at-call", "open"), false);
  assert.equal(isWorse("not-available", "blocked-at-call"), false);
});
