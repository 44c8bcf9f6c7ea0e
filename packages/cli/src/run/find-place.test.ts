import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  closeSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { checkOwner, findPlace, pathOf, UnsafePlace } from "./find-place.js";

const NOBODY = 65_534;
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ringfence-place-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function inFolder(name: string): string {
  return join(folder, name);
}

/** Writes to the place that a path leads to, and says which file got it. */
function write(path: string): void {
  const place = findPlace(path);
  try {
    writeFileSync(pathOf(place), "written", { flag: "a" });
  } finally {
    closeSync(place.directory);
  }
}

const unsafe = (pattern: RegExp) => (error: unknown) =>
  error instanceof UnsafePlace && pattern.test(error.message);

test("findPlace follows links of root in root's directories, and what .. means behind them", () => {
  mkdirSync(inFolder("real/deep"), { recursive: true });
  symlinkSync("real/deep", inFolder("link"));
  symlinkSync(`${folder}/link/../file`, inFolder("absolute"));
  write(inFolder("absolute"));
  assert.ok(lstatSync(inFolder("real/file")).isFile());
});

for (const [what, make] of [
  ["that somebody else owns", () => lchownSync(inFolder("link"), NOBODY, NOBODY)],
  ["in a directory of somebody else", () => chownSync(folder, NOBODY, NOBODY)],
  ["in a directory where others may replace it", () => chmodSync(folder, 0o777)],
] as const) {
  test(`findPlace refuses a link ${what}, as the file and on the way to it`, () => {
    mkdirSync(inFolder("target"));
    symlinkSync("target", inFolder("link"));
    make();
    assert.throws(() => findPlace(inFolder("link/file")), unsafe(/"link" is a symbolic link that others/));
    assert.throws(() => findPlace(inFolder("link")), unsafe(/"link" is a symbolic link that others/));
  });
}

test("findPlace takes a link of root in a directory with the sticky bit", () => {
  chmodSync(folder, 0o1777);
  symlinkSync("file", inFolder("link"));
  write(inFolder("link"));
  assert.ok(lstatSync(inFolder("file")).isFile());
});

test("findPlace holds the directory, whatever is put in its place", () => {
  for (const name of ["out", "trap"]) mkdirSync(inFolder(name));
  const place = findPlace(inFolder("out/file"));
  renameSync(inFolder("out"), inFolder("moved"));
  symlinkSync("trap", inFolder("out"));
  writeFileSync(pathOf(place), "");
  closeSync(place.directory);
  assert.ok(lstatSync(inFolder("moved/file")).isFile());
});

test("checkOwner refuses what others could have placed, and nothing else", () => {
  const path = inFolder("file");
  writeFileSync(path, "");
  const place = findPlace(path);
  const check = () => checkOwner(lstatSync(path), place);
  try {
    chownSync(path, NOBODY, NOBODY);
    check(); // only root could
    chownSync(path, 0, 0);
    linkSync(path, inFolder("second"));
    check();
    chmodSync(folder, 0o1777);
    assert.throws(check, unsafe(/has 2 names/));
    rmSync(inFolder("second"));
    check();
    chownSync(path, NOBODY, NOBODY);
    assert.throws(check, unsafe(/belongs to user 65534, and others than root/));
    chownSync(folder, NOBODY, NOBODY);
    check(); // who has the directory has the file
  } finally {
    closeSync(place.directory);
  }
});
