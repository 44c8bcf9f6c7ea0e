import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { BpfObject } from "@ringfence/kernel";
import { Attendance } from "./attendance.js";

const OBJECT = fileURLToPath(new URL("../../../../bpf/build/verdict-test.bpf.o", import.meta.url));

test("Attendance hands what was not told from agent to agent, until one has told it", () => {
  using object = BpfObject.open(OBJECT);
  object.load();
  const numbers = ({ missed, lost }: Attendance) => [missed, lost];
  const first = new Attendance(object);
  first.attend();
  first.note(5);
  assert.deepEqual(numbers(first), [0, 0]);
  const failed = new Attendance(object);
  failed.attend();
  failed.note(2);
  const next = new Attendance(object);
  assert.deepEqual(numbers(next), [7, 7], "the one in between told none of it");
  next.settle();
  next.note(1);
  next.note(0);
  const last = new Attendance(object);
  assert.deepEqual(numbers(last), [0, 7]);
});
