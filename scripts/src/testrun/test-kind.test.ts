import assert from "node:assert/strict";
import { test } from "node:test";
import { testKind } from "./test-kind.js";

test("testKind goes by the end of the name", () => {
  const kinds = ["a.test.js", "a.e2e.test.js", "a.races.e2e.test.js", "a.host.e2e.test.js", "a.js"].map(
    testKind,
  );
  assert.deepEqual(kinds, ["unit", "e2e", "races", "host", undefined]);
  assert.equal(testKind("host/a.e2e.test.js"), "e2e");
});
