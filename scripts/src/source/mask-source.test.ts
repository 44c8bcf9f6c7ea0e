import assert from "node:assert/strict";
import { test } from "node:test";
import { maskSource } from "./mask-source.js";

const tick = "`";

test("maskSource keeps strings apart from the code", () => {
  const masked = maskSource(`import a from "x"; const b = 'it\\'s';`);
  assert.equal(masked.code, `import a from "0"; const b = "1";`);
  assert.deepEqual(masked.strings, ["x", "it\\'s"]);
});

test("maskSource blanks comments but not what looks like one in a string", () => {
  assert.equal(maskSource("a // b\nc /* d\n */ e").code, "a     \nc     \n    e");
  assert.deepEqual(maskSource(`f("dist/**/*.js"); g("*/");`).strings, ["dist/**/*.js", "*/"]);
});

test("maskSource empties templates and keeps their substitutions", () => {
  const text = `${tick}from "x" \${f({ a: ${tick}inner${tick} })} rest${tick}; import "y";`;
  const masked = maskSource(text);
  assert.deepEqual(masked.strings, ["y"]);
  assert.match(masked.code, /f\(\{ a: `/);
});

test("maskSource tells a regular expression from a division", () => {
  assert.deepEqual(maskSource(`x = /["']/; y = "kept";`).strings, ["kept"]);
  assert.deepEqual(maskSource(`x = a / b; y = "kept" / c;`).strings, ["kept"]);
});
