import assert from "node:assert/strict";
import { test } from "node:test";
import { findUser } from "./host-resolver.js";

test("a user is found by name and number, and never by what getent takes for an option", () => {
  assert.deepEqual(findUser("root"), { name: "root", uid: 0, gid: 0 });
  assert.deepEqual(findUser("0"), findUser("root"));
  for (const name of ["-1", "--help", "--version", "-s", "no such user"]) assert.equal(findUser(name), null);
});
