import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesPath } from "./matches-path.js";

const cases = [
  ["/usr/bin/curl", "/usr/bin/curl", true],
  ["/usr/bin/curl", "/usr/bin/curl2", false],
  ["/usr/bin/curl", "/usr/bin/cur", false],
  ["/usr/*/curl", "/usr/bin/curl", true],
  ["/usr/*/curl", "/usr/local/bin/curl", false],
  ["/usr/bin/*", "/usr/bin/", true],
  ["/usr/bin/python3*", "/usr/bin/python3", true],
  ["/usr/bin/python3*", "/usr/bin/python3.11", true],
  ["/opt/**", "/opt/a/b/c", true],
  ["/opt/**", "/opt", false],
  ["/opt/**/node", "/opt/a/b/node", true],
  ["/opt/**/node", "/opt/node", false],
  ["/a.c", "/abc", false],
  ["/[ab]", "/a", false],
  ["/a?", "/ab", false],
  ["/**", "/é/ü", true],
] as const;

for (const [pattern, path, expected] of cases) {
  test(`matchesPath ${pattern} ${expected ? "takes" : "refuses"} ${path}`, () => {
    assert.equal(matchesPath(pattern, path), expected);
  });
}

test("matchesPath does not blow up on many stars", () => {
  assert.equal(matchesPath(`/${"*a".repeat(40)}`, `/${"a".repeat(500)}b`), false);
});
