import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkHygiene, lineLimit } from "./check-hygiene.js";

function problemsOf(path: string, text: string, root = "/checkouts/ringfence"): string {
  return checkHygiene([{ path, text }], root).join("\n");
}

describe("checkHygiene", () => {
  test("accepts an ordinary file", () => {
    assert.equal(problemsOf("scripts/src/a.ts", "export const a = 1;\n"), "");
  });

  test("refuses a registry host in any file", () => {
    const host = ["registry", "npmjs", "org"].join(".");
    assert.match(problemsOf("docs/a.md", `x\nsee ${host}`), /^docs\/a\.md:2: names the package registry/);
  });

  test("refuses a path of this machine", () => {
    assert.match(problemsOf("README.md", "cd /checkouts/ringfence"), /of this machine/);
    assert.match(problemsOf("README.md", "cd /checkouts/other"), /of this machine/);
    assert.equal(problemsOf("README.md", "cd /tmp/other", "/tmp/ringfence"), "");
  });

  test("refuses unfinished and silenced code, but not in prose", () => {
    const mark = ["TO", "DO"].join("");
    assert.match(problemsOf("packages/a/src/a.ts", `// ${mark}: later`), /unfinished/);
    assert.equal(problemsOf("CONTRIBUTING.md", `no ${mark} in code`), "");
    assert.match(problemsOf("e2e/src/a.test.ts", `${"test"}.skip("x")`), /silences/);
    assert.match(problemsOf("e2e/src/a.ts", `// @ts-${"ignore"}`), /silences/);
  });

  test("refuses a source file over the limit, but not a generated one", () => {
    const long = "x;\n".repeat(lineLimit + 1);
    assert.match(problemsOf("packages/a/src/a.ts", long), /401 lines/);
    assert.equal(problemsOf("packages/a/src/a.ts", long.slice(3)), "");
    assert.equal(problemsOf("packages/kernel/src/generated/layout.ts", long), "");
  });

  test("refuses a log that was left behind", () => {
    assert.match(problemsOf("isolate-1-v8.log", "code-creation"), /^isolate-1-v8\.log: .* left behind/);
  });

  test("refuses a BPF source without its licence", () => {
    assert.match(problemsOf("bpf/include/a.h", "#pragma once\n"), /SPDX/);
    const header = "// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n";
    assert.equal(problemsOf("bpf/include/a.h", header), "");
  });

  test("refuses download addresses in the lock file", () => {
    assert.match(problemsOf("package-lock.json", '"resolved": "https://example.org/a.tgz"'), /addresses/);
    assert.equal(problemsOf("package-lock.json", '"resolved": "packages/agent"'), "");
  });
});
