import assert from "node:assert/strict";
import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { changeableByOthers } from "./watched-file.js";

const folder = mkdtempSync(join(tmpdir(), "ringfence-watched-"));
after(() => rmSync(folder, { recursive: true }));

test("changeableByOthers looks at each link on the way, and at the folder of each", () => {
  for (const name of ["roots", "theirs"]) mkdirSync(join(folder, name));
  const file = join(folder, "roots/file");
  writeFileSync(file, "");
  const direct = join(folder, "roots/direct");
  symlinkSync(file, direct);
  const theirs = join(folder, "theirs");
  symlinkSync(file, join(theirs, "link"));
  const around = join(folder, "roots/around");
  symlinkSync(join(theirs, "link"), around);
  const below = join(folder, "roots/below");
  symlinkSync(theirs, below);
  assert.deepEqual([file, direct, around, join(below, "link")].map(changeableByOthers), [
    null,
    null,
    null,
    null,
  ]);
  chownSync(theirs, 65534, 65534);
  assert.deepEqual([file, direct].map(changeableByOthers), [null, null]);
  assert.deepEqual([around, join(below, "link")].map(changeableByOthers), [theirs, theirs]);
});
