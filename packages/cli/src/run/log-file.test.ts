import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { statusFlags } from "@ringfence/kernel/system";
import { LogFile } from "./log-file.js";

test("LogFile.open refuses a FIFO without a reader at once, and waits for a slow one that is there", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-log-"));
  try {
    const path = join(folder, "fifo");
    execFileSync("mkfifo", [path]);
    assert.throws(() => LogFile.open(path), { code: "RF_REPORT_FILE", hint: "start its reader first" });
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const log = LogFile.open(path);
    assert.equal(statusFlags(log.fd) & constants.O_NONBLOCK, 0, "half a line would be lost");
    log.close();
    closeSync(reader);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
