import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkRuntime } from "./check-runtime.js";

const clean = {
  packages: {
    "packages/cli": { dependencies: { "@ringfence/kernel": "0.1.0", yaml: "2" } },
    "packages/kernel": { dependencies: { koffi: "3" } },
    "node_modules/@ringfence/kernel": { link: true, resolved: "packages/kernel" },
    "node_modules/koffi": { optionalDependencies: { "@koromix/koffi-linux-x64": "3" } },
    "node_modules/@koromix/koffi-linux-x64": {},
    "node_modules/yaml": {},
  },
};

describe("checkRuntime", () => {
  test("accepts a closure within the allow-list", () => {
    assert.deepEqual(checkRuntime(clean, ["packages/cli"]), []);
  });

  test("refuses a package behind a workspace of ours", () => {
    const packages = { ...clean.packages, "packages/kernel": { dependencies: { lodash: "4" } } };
    assert.deepEqual(checkRuntime({ packages }, ["packages/cli"]), [
      'packages/cli: "lodash" (needed by packages/kernel) is not an allowed run-time package',
    ]);
  });

  test("refuses what only a nested copy of an allowed package needs", () => {
    const packages = {
      ...clean.packages,
      "packages/cli/node_modules/yaml": { dependencies: { "left-pad": "1" } },
    };
    assert.match(checkRuntime({ packages }, ["packages/cli"]).join(), /"left-pad"/);
  });

  test("refuses a lock file without the workspace", () => {
    assert.match(checkRuntime(clean, ["packages/agent"]).join(), /"packages\/agent" is missing/);
  });
});
