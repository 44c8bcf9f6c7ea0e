import assert from "node:assert/strict";
import { test } from "node:test";
import { processTime, ticksOf } from "./process-time.js";

test("ticksOf adds user and system time, whatever the command is called", () => {
  const stat = "12 (a ) b (c) S 1 12 12 0 -1 4194560 100 0 0 0 7 5 1 2 20 0 1 0 99";
  assert.equal(ticksOf(stat), 12);
});

test("processTime of this process is what Node tells, to a tick or two", () => {
  const { user, system } = process.cpuUsage();
  assert.ok(Math.abs(processTime(process.pid) - (user + system) / 1000) < 50);
});
