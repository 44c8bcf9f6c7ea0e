import assert from "node:assert/strict";
import { closeSync, fstatSync, readdirSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { readGuardianState, replaceGuardianState, storeGuardianState } from "./guardian-state.js";
import { makeRunDirectory, runFile } from "./run-state.js";

test("storeGuardianState gives every guardian the whole state, and leaves no name", () => {
  const state = {
    id: `test-${process.pid}`,
    cgroup: "/ringfence-test",
    host: "h\u00e9",
    policies: [
      {
        revision: "1",
        bits: Array.from({ length: 5000 }, (_, index) => ({ ruleId: `run/rule-${index}` })),
        graceSeconds: null,
      },
    ],
    labels: { job: "7" },
    logs: true,
    network: { cookie: "4026531840", inode: 1 },
    privileged: false,
  };
  makeRunDirectory();
  const fd = storeGuardianState(state);
  try {
    assert.deepEqual(readGuardianState(fd), state);
    assert.deepEqual(readGuardianState(fd), state, "a successor starts where the first one ended");
    for (let round = 0; round < 5; round++) {
      const next = { ...state, host: "x".repeat(1000 * round) };
      replaceGuardianState(fd, next);
      assert.deepEqual(readGuardianState(fd), next, "a policy that was replaced");
    }
    assert.ok(fstatSync(fd).size < 6 * JSON.stringify(state).length, "old states give their place back");
    const path = runFile(state.id, "state");
    assert.equal(readlinkSync(`/proc/self/fd/${fd}`), `${path} (deleted)`);
    assert.ok(!readdirSync(path.slice(0, path.lastIndexOf("/"))).some((name) => name.includes(state.id)));
  } finally {
    closeSync(fd);
  }
});
