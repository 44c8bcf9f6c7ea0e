import assert from "node:assert/strict";
import { constants } from "node:os";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";
import { setSignalDisposition, setSignalMask, signalDisposition, signalMask } from "./signals.js";

const { SIGPIPE, SIGINT, SIGUSR2 } = constants.signals;

test("signalDisposition tells default, ignored and handled apart", () => {
  setSignalDisposition(SIGUSR2, "ignore");
  assert.equal(signalDisposition(SIGUSR2), "ignore");
  setSignalDisposition(SIGUSR2, "default");
  assert.equal(signalDisposition(SIGUSR2), "default");
  const handler = () => undefined;
  process.on("SIGINT", handler);
  assert.equal(signalDisposition(SIGINT), "handler");
  process.removeListener("SIGINT", handler);
});

test("setSignalMask blocks exactly the signals of the mask", () => {
  const before = signalMask();
  const wanted = (1n << BigInt(SIGUSR2 - 1)) | (1n << 63n);
  setSignalMask(wanted);
  assert.equal(signalMask(), wanted);
  setSignalMask(before);
  assert.equal(signalMask(), before);
});

test("setSignalDisposition and setSignalMask hand over to the program that is executed", () => {
  const result = runNode(`
    for (const fd of [0, 1, 2]) system.setCloseOnExec(fd, false);
    system.setSignalDisposition(${SIGPIPE}, "default");
    system.setSignalDisposition(${SIGUSR2}, "ignore");
    system.setSignalMask(1n << 9n);
    const argv = ["grep", "-E", "SigBlk|SigIgn", "/proc/self/status"].map((w) => new Uint8Array(Buffer.from(w)));
    system.execve("/bin/grep", argv, []);`);
  const [blocked, ignored] = result.stdout
    .trim()
    .split("\n")
    .map((line) => BigInt(`0x${line.split("\t")[1]}`));
  assert.equal(blocked, 1n << 9n);
  assert.equal((ignored ?? 0n) & (1n << BigInt(SIGUSR2 - 1)), 1n << BigInt(SIGUSR2 - 1));
  assert.equal((ignored ?? 0n) & (1n << BigInt(SIGPIPE - 1)), 0n);
});
