import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readOptions } from "./options.js";

describe("readOptions", () => {
  test("measures everything in full without arguments", () => {
    assert.deepEqual(readOptions([]), { only: null, quick: false });
  });

  test("takes parts as a list or one by one", () => {
    const { only } = readOptions(["--only", "ladder,cpu", "--only", "calls"]);
    assert.deepEqual(only, ["ladder", "cpu", "calls"]);
  });

  test("names the parts when asked for another", () => {
    assert.throws(() => readOptions(["--only", "toString"]), /parts are calls, ladder/);
    assert.throws(() => readOptions(["--fast"]), /fast/);
  });
});
