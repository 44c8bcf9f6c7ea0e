import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  isAlive,
  listRuns,
  listTornRuns,
  makeRunDirectory,
  markOf,
  readRun,
  removeRun,
  runFile,
  writeRun,
} from "./run-state.js";

const id = `test-state-${process.pid}`;
const self = markOf("self");
assert.ok(self);
const note = { id, cgroup: `/some/ringfence-${id}`, supervisor: self, guardian: null };

test("readRun reads what writeRun wrote, until removeRun", () => {
  writeRun(note);
  assert.deepEqual(readRun(id), note);
  assert.ok(listRuns().includes(id));
  removeRun(id);
  assert.equal(readRun(id), null);
  assert.ok(!listRuns().includes(id));
});

test("writeRun does not follow a link that waits for it", () => {
  writeRun(note);
  symlinkSync("/dev/full", runFile(id, "json.new"));
  writeRun({ ...note, guardian: self });
  assert.deepEqual(readRun(id), { ...note, guardian: self });
  removeRun(id);
});

const forgeries: Readonly<Record<string, (path: string) => void>> = {
  "a directory": (path) => mkdirSync(path),
  "a FIFO without a writer": (path) => execFileSync("mkfifo", [path]),
  null: (path) => writeFileSync(path, "null"),
  "another run's note": (path) => writeFileSync(path, JSON.stringify({ ...note, id: "x" })),
  "a cgroup that is no run's": (path) => writeFileSync(path, JSON.stringify({ ...note, cgroup: "/system" })),
  "a cgroup by way of ..": (path) =>
    writeFileSync(path, JSON.stringify({ ...note, cgroup: `/../ringfence-${id}` })),
  "no supervisor": (path) => writeFileSync(path, JSON.stringify({ ...note, supervisor: null })),
  "no guardian": (path) => writeFileSync(path, JSON.stringify({ ...note, guardian: undefined })),
};
for (const [what, forge] of Object.entries(forgeries)) {
  test(`readRun takes ${what} for no note, and removeRun removes it`, () => {
    makeRunDirectory();
    forge(runFile(id, "json"));
    assert.equal(readRun(id), null);
    removeRun(id);
    assert.ok(!listRuns().includes(id));
  });
}

test("listTornRuns lists what a killed run began to write, and nothing of a live one", () => {
  const gone = Number(execFileSync("sh", ["-c", "echo $$"]).toString());
  const [torn, noted, live] = [`${gone}-00000001`, `${gone}-00000002`, `${process.pid}-00000003`];
  makeRunDirectory();
  for (const kind of ["json.new", "state"] as const) writeFileSync(runFile(torn, kind), "");
  for (const kind of ["json.new", "json"] as const) writeFileSync(runFile(noted, kind), "");
  writeFileSync(runFile(live, "json.new"), "");
  const listed = new Set(listTornRuns());
  assert.deepEqual(
    [torn, noted, live].map((one) => listed.has(one)),
    [true, false, false],
  );
  for (const one of [torn, noted, live]) removeRun(one);
});

test("isAlive tells a process from a later one with its number", () => {
  assert.equal(self.pid, process.pid);
  assert.equal(isAlive(self), true);
  assert.equal(isAlive({ ...self, started: "1" }), false);
  assert.equal(isAlive({ pid: 0, started: self.started }), false);
});
