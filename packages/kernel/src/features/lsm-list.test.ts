import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { lsmList } from "./lsm-list.js";

test("lsmList names the modules, also where securityfs is not mounted", () => {
  const known = /^nodev\tsecurityfs$/m.test(readFileSync("/proc/filesystems", "utf8"));
  const names = lsmList();
  if (!known) assert.equal(names, null);
  else assert.ok(names?.includes("capability"), String(names));
  const path = "/sys/kernel/security/lsm";
  if (existsSync(path)) assert.deepEqual(names, readFileSync(path, "utf8").trim().split(","));
});
