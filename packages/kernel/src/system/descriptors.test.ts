import assert from "node:assert/strict";
import { closeSync, fstatSync, openSync } from "node:fs";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";
import {
  closesOnExec,
  duplicateDescriptor,
  O_NONBLOCK,
  setCloseOnExec,
  setStatusFlags,
  statusFlags,
} from "./descriptors.js";

test("setStatusFlags and statusFlags change and read O_NONBLOCK", () => {
  const fd = openSync("/dev/null", "r");
  const flags = statusFlags(fd);
  setStatusFlags(fd, flags | O_NONBLOCK);
  assert.equal(statusFlags(fd) & O_NONBLOCK, O_NONBLOCK);
  setStatusFlags(fd, flags);
  assert.equal(statusFlags(fd) & O_NONBLOCK, 0);
  closeSync(fd);
});

test("setCloseOnExec is what closesOnExec says", () => {
  const fd = openSync("/dev/null", "r");
  assert.equal(closesOnExec(fd), true);
  setCloseOnExec(fd, false);
  assert.equal(closesOnExec(fd), false);
  closeSync(fd);
});

test("statusFlags of a closed descriptor is EBADF with the call and the number", () => {
  const message = /Cannot read the status flags of descriptor 999: .*EBADF/;
  assert.throws(() => statusFlags(999), {
    name: "SystemError",
    code: "EBADF",
    errno: 9,
    syscall: "fcntl",
    message,
  });
});

test("duplicateDescriptor makes both numbers mean the same file", () => {
  const from = openSync("/etc/passwd", "r");
  const to = openSync("/dev/null", "r");
  duplicateDescriptor(from, to);
  assert.equal(fstatSync(to).ino, fstatSync(from).ino);
  closeSync(from);
  closeSync(to);
});

test("closeRange closes what lies between both ends, both included", () => {
  const result = runNode(`
    const { openSync, fstatSync } = await import("node:fs");
    const first = openSync("/dev/null", "r");
    const fds = [first, ...[1, 2, 3].map(() => openSync("/dev/null", "r"))];
    system.closeRange(fds[1], fds[2]);
    const isOpen = (fd) => { try { fstatSync(fd); return true; } catch { return false; } };
    console.log(fds.map(isOpen).join());`);
  assert.equal(result.stdout, "true,false,false,true\n");
});
