import assert from "node:assert/strict";
import { test } from "node:test";
import { formatJson } from "./format-json.js";

test("formatJson opens objects and keeps short lists on one line", () => {
  const value = { a: [1, "b", null], c: { d: [{ e: true }], f: {}, g: [] } };
  assert.equal(
    formatJson(value),
    '{\n  "a": [1, "b", null],\n  "c": {\n    "d": [\n      {\n        "e": true\n      }\n    ],\n' +
      '    "f": {},\n    "g": []\n  }\n}',
  );
});

test("formatJson breaks a list that does not fit", () => {
  const list = Array.from({ length: 4 }, (_, index) => `${index}`.repeat(30));
  assert.equal(formatJson(list), `[\n${list.map((item) => `  "${item}"`).join(",\n")}\n]`);
  assert.deepEqual(JSON.parse(formatJson({ list })), { list });
});
