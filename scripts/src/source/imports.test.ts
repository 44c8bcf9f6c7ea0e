import assert from "node:assert/strict";
import { test } from "node:test";
import { importsOf, packageOf } from "./imports.js";

test("importsOf finds every way to name a module, each once", () => {
  const text = [
    'import a from "a";',
    'import {\n  b,\n} from "b";',
    'import type { C } from "c";',
    'export * from "d";',
    'import "e";',
    'const f = await import("f");',
    'const g = require("g");',
    'let h: import("h").H;',
    'import again from "a";',
  ].join("\n");
  assert.deepEqual(importsOf(text), ["a", "b", "c", "d", "e", "f", "g", "h"]);
});

test("importsOf ignores comments and the contents of strings", () => {
  assert.deepEqual(importsOf(`// import "a";\nconst s = 'import "b"';`), []);
});

test("packageOf drops the path inside a package", () => {
  assert.equal(packageOf("@ringfence/kernel/system"), "@ringfence/kernel");
  assert.equal(packageOf("zod/v4"), "zod");
  assert.equal(packageOf("node:fs"), undefined);
  assert.equal(packageOf("../x.js"), undefined);
});
