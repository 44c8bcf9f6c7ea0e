import assert from "node:assert/strict";
import { test } from "node:test";
import { testPath } from "./test-path.js";

test("tests find this Node first, then the system's programs, and no user's", () => {
  assert.equal(
    testPath("/root/.nvm/bin/node"),
    "/root/.nvm/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  );
  assert.equal(testPath("/usr/bin/node"), "/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin");
});
