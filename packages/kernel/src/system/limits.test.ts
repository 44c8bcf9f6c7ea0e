import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { resourceLimit, setResourceLimit, UNLIMITED } from "./limits.js";

test("resourceLimit agrees with /proc", () => {
  const line = /Max open files\s+(\S+)\s+(\S+)/.exec(readFileSync("/proc/self/limits", "utf8"));
  const value = (text = "") => (text === "unlimited" ? UNLIMITED : BigInt(text));
  assert.deepEqual(resourceLimit("nofile"), { soft: value(line?.[1]), hard: value(line?.[2]) });
});

test("setResourceLimit lowers a soft limit and raises it again", () => {
  const before = resourceLimit("core");
  setResourceLimit("core", { soft: 0n, hard: before.hard });
  assert.equal(resourceLimit("core").soft, 0n);
  setResourceLimit("core", before);
  assert.deepEqual(resourceLimit("core"), before);
});

test("setResourceLimit refuses a soft limit above the hard one", () => {
  const { hard } = resourceLimit("nofile");
  const action = () => setResourceLimit("nofile", { soft: hard + 1n, hard });
  assert.throws(action, { code: "EINVAL", message: /Cannot set the limit "nofile"/ });
});
