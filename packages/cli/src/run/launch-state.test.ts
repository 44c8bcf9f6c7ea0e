import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLaunchState, splitNul } from "./launch-state.js";

const note =
  "RINGFENCE_LAUNCH=nofile=1024 SigBlk=0000000000000004 SigIgn=0000000000000001 fd0=0100002 fd1=closed fd2=04002 open=0,2,63,";

test("parseLaunchState reads signals, limit and descriptors from the note", () => {
  const state = parseLaunchState([Buffer.from(note)]);
  assert.equal(state.ignoredSignals, 1n);
  assert.equal(state.blockedSignals, 4n);
  assert.equal(state.openFiles, 1024);
  assert.deepEqual(state.descriptors, [0o100002, "closed", 0o4002]);
  assert.deepEqual(state.openDescriptors, [0, 2, 63]);
});

test("parseLaunchState gives the command its environment back, byte for byte and in order", () => {
  const odd = Buffer.from([0x41, 0x2e, 0x42, 0x3d, 0xff, 0xfe]);
  const entries = [
    Buffer.from("Z=1"),
    Buffer.from(note),
    odd,
    Buffer.from("RINGFENCE_KEEP_NODE_OPTIONS=--inspect"),
  ];
  const { environment } = parseLaunchState(entries);
  assert.deepEqual(environment, [Buffer.from("Z=1"), odd, Buffer.from("NODE_OPTIONS=--inspect")]);
});

test("parseLaunchState without a note changes nothing for the command", () => {
  const state = parseLaunchState([Buffer.from("A=1")]);
  assert.equal(state.openFiles, null);
  assert.deepEqual(state.descriptors, [null, null, null]);
  assert.deepEqual(state.openDescriptors, [0, 1, 2]);
  assert.equal(state.ignoredSignals, 0n);
});

test("parseLaunchState takes an unlimited number of files as unknown", () => {
  assert.equal(parseLaunchState([Buffer.from("RINGFENCE_LAUNCH=nofile=unlimited")]).openFiles, null);
});

test("splitNul keeps empty strings and drops nothing", () => {
  assert.deepEqual(splitNul(Buffer.from("a\0\0b\0")).map(String), ["a", "", "b"]);
  assert.deepEqual(splitNul(Buffer.alloc(0)), []);
});
