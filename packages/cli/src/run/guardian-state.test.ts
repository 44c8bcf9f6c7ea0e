import assert from "node:assert/strict";
import { closeSync, readdirSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { readGuardianState, storeGuardianState } from "./guardian-state.js";
import { makeRunDirectory, runFile } from "./run-state.js";

test("storeGuardianState gives every guardian the whole state, and leaves no name", () => {
  const state = {
    id: `test-${process.pid}`,
    cgroup: "/ringfence-test",
    host: "h\u00e9",
    policies: [
      { revision: "1", bits: Array.from({ length: 5000 }, (_, index) => ({ ruleId: `run/rule-${index}` })) },
    ],
    labels: { job: "7" },
    logs: true,
  };
  makeRunDirectory();
  const fd = storeGuardianState(state);
  try {
    assert.deepEqual(readGuardianState(fd), state);
    assert.deepEqual(readGuardianState(fd), state, "a successor starts where the first one ended");
    const path = runFile(state.id, "state");
    assert.equal(readlinkSync(`/proc/self/fd/${fd}`), `${path} (deleted)`);
    assert.ok(!readdirSync(path.slice(0, path.lastIndexOf("/"))).some((name) => name.includes(state.id)));
  } finally {
    closeSync(fd);
  }
});
