import assert from "node:assert/strict";
import { test } from "node:test";
import { unitsOf } from "./units-of.js";

test("unitsOf names the slices of a path and the unit in them", () => {
  assert.deepEqual(unitsOf("/system.slice/nginx.service"), ["system.slice", "nginx.service"]);
  assert.deepEqual(unitsOf("/system.slice/nginx.service/workers"), ["system.slice", "nginx.service"]);
  assert.deepEqual(unitsOf("/a.slice/a-b.slice/x.scope"), ["a.slice", "a-b.slice", "x.scope"]);
  assert.deepEqual(unitsOf("/init.scope"), ["init.scope"]);
  assert.deepEqual(unitsOf("/system.slice/_notify.service"), ["system.slice", "notify.service"]);
});

test("unitsOf does not believe names below a unit, nor below a cgroup of nobody", () => {
  const delegated = "/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service";
  assert.deepEqual(unitsOf(delegated), ["user.slice", "user-1000.slice", "user@1000.service"]);
  assert.deepEqual(unitsOf(`/docker/${"a".repeat(64)}/system.slice/nginx.service`), []);
  assert.deepEqual(unitsOf("/"), []);
  assert.deepEqual(unitsOf("/.service"), []);
});
