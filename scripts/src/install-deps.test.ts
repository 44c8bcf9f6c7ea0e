import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { repositoryRoot } from "./repository-root.js";

/** Runs install-deps.sh where PATH holds bash, id and the given scripts only. */
function install(groups: readonly string[], programs: Readonly<Record<string, string>>) {
  const bin = mkdtempSync(join(tmpdir(), "ringfence-bin-"));
  try {
    symlinkSync("/bin/bash", join(bin, "bash"));
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(join(bin, name), `#!/bin/bash\n${body}\n`, { mode: 0o755, flag: "wx" });
    }
    const script = join(repositoryRoot, "scripts/install-deps.sh");
    return spawnSync("/bin/bash", [script, ...groups], { env: { PATH: bin }, encoding: "utf8" });
  } finally {
    rmSync(bin, { recursive: true });
  }
}

const apt = { "apt-get": 'echo "apt-get $*"' };
const root = { id: "echo 0" };

describe("install-deps.sh", () => {
  test("does nothing when everything is there", () => {
    const result = install(["demo"], { ip: "", curl: "", runc: "", ...apt, ...root });
    assert.equal(result.status, 0);
    assert.equal(result.stdout, "");
  });

  test("names each missing package of the groups asked for, then installs only those", () => {
    const result = install(["demo"], { curl: "", runc: "", ...apt, ...root });
    assert.equal(result.status, 0, result.stderr);
    assert.match(result.stdout, /^deps: iproute2 is missing: \S/);
    assert.match(result.stdout, /\napt-get update .*\n/);
    assert.match(result.stdout, /\napt-get install .* iproute2\n$/);
    assert.doesNotMatch(result.stdout, /clang|curl is missing/);
  });

  test("names the packages in one line without apt or root", () => {
    const without = install(["demo"], { runc: "", ...root });
    assert.equal(without.status, 1);
    assert.match(without.stderr, /^Cannot install iproute2 curl: this system has no apt.*\n$/);
    const user = install(["demo"], { runc: "", ...apt, id: "echo 1000" });
    assert.equal(user.status, 1);
    assert.match(user.stderr, /^Cannot install as a user: .*iproute2 curl\n$/);
  });
});
