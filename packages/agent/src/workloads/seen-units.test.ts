import assert from "node:assert/strict";
import { test } from "node:test";
import { SeenUnits } from "./seen-units.js";

test("SeenUnits keeps the last 2,048, those that are there first", () => {
  const seen = new SeenUnits();
  seen.note(["/a.service"]);
  seen.note(["/b.service", "/c.service"]);
  assert.deepEqual(seen.paths, ["/b.service", "/c.service", "/a.service"]);
  seen.note(["/a.service"]);
  assert.deepEqual(seen.paths, ["/a.service", "/b.service", "/c.service"]);
  seen.note([]);
  assert.equal(seen.paths.length, 3, "another policy asks for none, and the next one may");
  seen.note(Array.from({ length: 2_046 }, (_, at) => `/${at}.service`));
  assert.deepEqual([seen.paths.length, ...seen.paths.slice(-2)], [2_048, "/a.service", "/b.service"]);
});
