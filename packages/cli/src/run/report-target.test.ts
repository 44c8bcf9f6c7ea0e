import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { RingfenceError } from "@ringfence/model";
import { openReportTarget } from "./report-target.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ringfence-report-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof RingfenceError && error.code === "RF_REPORT_FILE" && pattern.test(error.format());

test("openReportTarget makes no file before the report is written", () => {
  const path = join(folder, "report");
  const target = openReportTarget(path);
  assert.deepEqual(readdirSync(folder), []);
  target.write("done\n");
  assert.equal(readFileSync(path, "utf8"), "done\n");
  assert.deepEqual(readdirSync(folder), ["report"]);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("openReportTarget replaces a file as a whole, with its owner and mode", () => {
  const path = join(folder, "report");
  writeFileSync(path, "old");
  chownSync(path, 1234, 1235);
  chmodSync(path, 0o640);
  const target = openReportTarget(path);
  const reader = openSync(path, "r");
  try {
    writeFileSync(path, "written by the command");
    target.write("new");
    assert.equal(readFileSync(reader, "utf8"), "written by the command", "a reader saw it change");
    assert.equal(readFileSync(path, "utf8"), "new");
    const { mode, uid, gid } = statSync(path);
    assert.deepEqual([mode & 0o7777, uid, gid], [0o640, 1234, 1235]);
    assert.deepEqual(readdirSync(folder), ["report"]);
  } finally {
    closeSync(reader);
  }
});

for (const there of [true, false]) {
  test(`openReportTarget writes through links to a target that is ${there ? "there" : "missing"}`, () => {
    mkdirSync(join(folder, "real"));
    symlinkSync("real", join(folder, "directory"));
    symlinkSync("../second", join(folder, "real/first"));
    symlinkSync("directory/report", join(folder, "second"));
    if (there) writeFileSync(join(folder, "real/report"), "old");
    openReportTarget(join(folder, "directory/first")).write("new");
    assert.equal(readFileSync(join(folder, "real/report"), "utf8"), "new");
    assert.ok(lstatSync(join(folder, "real/first")).isSymbolicLink());
    assert.ok(lstatSync(join(folder, "second")).isSymbolicLink());
  });
}

test("openReportTarget writes into the directory of the start, whatever is put in its place", () => {
  const [out, moved, trap] = ["out", "moved", "trap"].map((name) => join(folder, name));
  assert.ok(out && moved && trap);
  for (const path of [out, trap]) mkdirSync(path);
  const target = openReportTarget(join(out, "report"));
  renameSync(out, moved);
  symlinkSync(trap, out);
  target.write("x");
  assert.deepEqual([readdirSync(moved), readdirSync(trap)], [["report"], []]);
});

test("openReportTarget writes through no link that others could have put there", () => {
  const path = join(folder, "report");
  symlinkSync("target", path);
  lchownSync(path, 1234, 1234);
  assert.throws(
    () => openReportTarget(path),
    refused(/"report" is a symbolic link .*: name a place that only root/),
  );
  rmSync(path);
  chmodSync(folder, 0o1777);
  writeFileSync(path, "");
  chownSync(path, 1234, 1234);
  assert.throws(() => openReportTarget(path), refused(/"report" belongs to user 1234/));
  assert.deepEqual(readdirSync(folder), ["report"]);
});

test("openReportTarget refuses a FIFO without a reader at once, and writes to one with a reader", () => {
  const path = join(folder, "fifo");
  execFileSync("mkfifo", [path]);
  assert.throws(() => openReportTarget(path), refused(/fifo": no such device or address: start its reader/));
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const target = openReportTarget(path);
  target.write("report");
  const bytes = Buffer.alloc(100);
  assert.equal(bytes.toString("utf8", 0, readSync(reader, bytes)), "report");
  const unread = openReportTarget(path);
  closeSync(reader);
  assert.throws(() => unread.write("report"), { code: "EPIPE" });
});

test("openReportTarget goes on at the position of an inherited descriptor", () => {
  const path = join(folder, "log");
  const fd = openSync(path, "w");
  try {
    for (const name of [`/dev/fd/${fd}`, `/proc/self/fd/${fd}`]) {
      writeSync(fd, "before ");
      openReportTarget(name, [fd]).write("report ");
      writeSync(fd, "after ");
    }
    assert.equal(readFileSync(path, "utf8"), "before report after before report after ");
  } finally {
    closeSync(fd);
  }
});

test("openReportTarget refuses what can never be written", () => {
  const fd = openSync("/dev/null", "r");
  try {
    assert.throws(() => openReportTarget(`/dev/fd/${fd}`, [fd]), refused(/reading only/));
    assert.throws(() => openReportTarget("/dev/fd/9999", [9999]), refused(/bad file descriptor/));
    assert.throws(() => openReportTarget("/dev/stdout", [0, 2]), refused(/no such descriptor is open/));
    assert.throws(() => openReportTarget(folder), refused(/directory/));
    assert.throws(() => openReportTarget(join(folder, "none/report")), refused(/no such file or directory/));
    assert.throws(() => openReportTarget("/proc/self/report"), refused(/\/proc\/self\/report/));
    assert.throws(() => openReportTarget(""), refused(/no file name/));
    assert.throws(() => openReportTarget(join(folder, "new/")), refused(/no file name/));
    symlinkSync("loop", join(folder, "loop"));
    assert.throws(() => openReportTarget(join(folder, "loop")), refused(/symbolic links/));
  } finally {
    closeSync(fd);
  }
});

test("openReportTarget's write throws for a full device and a directory that is gone, and leaves nothing", () => {
  assert.throws(() => openReportTarget("/dev/full").write("x"), { code: "ENOSPC" });
  const directory = join(folder, "out");
  mkdirSync(directory);
  const gone = openReportTarget(join(directory, "report"));
  rmSync(directory, { recursive: true });
  assert.throws(() => gone.write("x"), { code: "ENOENT" });
  const taken = openReportTarget(join(folder, "report"));
  mkdirSync(join(folder, "report/x"), { recursive: true });
  assert.throws(() => taken.write("x"), { code: /EISDIR|ENOTEMPTY|EEXIST/ });
  assert.deepEqual(readdirSync(folder), ["report"]);
});

for (const [what, options] of [
  ["a mount point", []],
  ["in a read-only directory", ["ro"]],
] as const) {
  test(`openReportTarget overwrites a file that is ${what}`, () => {
    const [source, over] = ["source", "over"].map((name) => join(folder, name));
    assert.ok(source && over);
    writeFileSync(source, "a long old text");
    mkdirSync(over);
    const path = join(over, "report");
    writeFileSync(path, "");
    const script = `
      mount --bind "${over}" "${over}" && mount --bind "${source}" "${path}" || exit 9
      ${options.length > 0 ? `mount -o remount,bind,ro "${over}" || exit 9` : ""}
      exec "$@"`;
    const write = `
      const { openReportTarget } = await import(process.argv[1]);
      openReportTarget(process.argv[2]).write("new");`;
    const module = new URL("./report-target.js", import.meta.url).href;
    const node = [process.execPath, "--input-type=module", "-e", write, module, path];
    execFileSync("unshare", ["--mount", "sh", "-c", script, "sh", ...node], { stdio: "pipe" });
    assert.equal(readFileSync(source, "utf8"), "new");
  });
}
