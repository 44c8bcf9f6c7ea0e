import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  lchownSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
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

test("LogFile.open writes through no link that others could have put there", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-log-"));
  try {
    const path = join(folder, "log");
    symlinkSync("target", path);
    lchownSync(path, 65_534, 65_534);
    assert.throws(() => LogFile.open(path), {
      code: "RF_REPORT_FILE",
      message: /^Cannot open log ".*log" for appending: "log" is a symbolic link/,
      hint: "name a place that only root can change",
    });
    assert.deepEqual(readdirSync(folder), ["log"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Fills a disk with lines of a log, makes room, and writes one line more; tells what was lost at each. */
const fill = `
import { rmSync } from "node:fs";
const [module, log, ballast] = process.argv.slice(1);
const { LogFile } = await import(module);
const file = LogFile.open(log);
const line = { text: "x".repeat(700) };
for (let i = 0; i < 300; i++) {
  file.add(line);
  if (i % 7 === 0) file.flush();
}
file.flush();
const lost = file.lost;
rmSync(ballast);
file.add({ text: "last" });
file.flush();
console.log(lost, file.lost);
`;

test("LogFile counts the lines that a full disk took nothing of, and goes on with whole lines", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-log-"));
  try {
    const [disk, kept] = [join(folder, "disk"), join(folder, "kept")];
    const script = `
      mkdir "${disk}" && mount -t tmpfs -o size=128k tmpfs "${disk}" || exit 9
      head -c 32768 /dev/zero >"${disk}/ballast"
      "$@" && cp "${disk}/log" "${kept}"`;
    const module = new URL("./log-file.js", import.meta.url).href;
    const node = [
      process.execPath,
      "--input-type=module",
      "-e",
      fill,
      module,
      `${disk}/log`,
      `${disk}/ballast`,
    ];
    const told = execFileSync("unshare", ["--mount", "sh", "-c", script, "sh", ...node], {
      encoding: "utf8",
    });
    const [lost = 0, afterwards] = told.split(" ").map(Number);
    const lines = readFileSync(kept, "utf8").trimEnd().split("\n");
    const whole = lines.filter((line) => line.endsWith("}"));
    assert.ok(lost > 0 && afterwards === lost, told);
    assert.equal(whole.length, 300 - lost + 1);
    assert.equal(lines.at(-1), '{"text":"last"}');
    for (const line of whole) JSON.parse(line);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("LogFile counts every line where nothing can be written", () => {
  const log = LogFile.open("/dev/full");
  for (let i = 0; i < 3; i++) {
    log.add({} as Parameters<typeof log.add>[0]);
    log.flush();
  }
  assert.equal(log.lost, 3);
  log.close();
});
