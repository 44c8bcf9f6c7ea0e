import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AgentClock } from "./agent-clock.js";

test("AgentClock knows the boot clock from its first look on", () => {
  const uptimeMs = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000;
  const clock = new AgentClock();
  const now = clock.bootMs();
  assert.ok(now >= uptimeMs - 10, `${now} of ${uptimeMs}`);
  assert.ok(Math.abs(Date.parse(clock.toIso(now)) - Date.now()) < 5000);
});
