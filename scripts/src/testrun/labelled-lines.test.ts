import assert from "node:assert/strict";
import { test } from "node:test";
import { LabelledLines } from "./labelled-lines.js";

test("LabelledLines keeps the lines of two writers whole, and loses nothing", () => {
  let printed = "";
  const print = (text: string) => {
    printed += text;
  };
  const [a, b] = [new LabelledLines("a", print), new LabelledLines("b", print)];
  a.write("on");
  b.write("other\n\nla");
  a.write("e\ntwo\n");
  b.write("st");
  for (const lines of [a, b]) lines.end();
  assert.equal(printed, "b | other\nb | \na | one\na | two\nb | last\n");
});
