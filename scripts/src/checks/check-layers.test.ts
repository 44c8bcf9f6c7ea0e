import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Workspace } from "../source/workspace.js";
import { checkLayers } from "./check-layers.js";

function workspace(folder: string, exports: readonly string[] = ["."]): Workspace {
  const name = `@ringfence/${folder.replace("packages/", "")}`;
  return { name, folder, exports, dependencies: [], devDependencies: [] };
}

const workspaces = [
  workspace("packages/model"),
  workspace("packages/policy"),
  workspace("packages/kernel", [".", "./system"]),
  workspace("packages/agent"),
  workspace("packages/cli"),
  workspace("e2e"),
];

function problemsOf(path: string, text: string): string {
  return checkLayers([{ path, text }], workspaces).join("\n");
}

describe("checkLayers", () => {
  test("accepts each layer's own imports", () => {
    for (const [folder, imported] of [
      ["packages/policy", "@ringfence/model"],
      ["packages/kernel", "@ringfence/model"],
      ["packages/agent", "@ringfence/kernel/system"],
      ["packages/cli", "@ringfence/agent"],
      ["e2e", "@ringfence/cli"],
      ["packages/kernel", "koffi"],
      ["packages/kernel", "node:fs"],
    ]) {
      assert.equal(problemsOf(`${folder}/src/a.ts`, `import { x } from "${imported}";`), "");
    }
  });

  test("refuses an import of a higher layer", () => {
    for (const [folder, imported] of [
      ["packages/model", "@ringfence/policy"],
      ["packages/policy", "@ringfence/kernel"],
      ["packages/kernel", "@ringfence/policy"],
      ["packages/agent", "@ringfence/cli"],
    ]) {
      assert.match(
        problemsOf(`${folder}/src/a.ts`, `import type { X } from "${imported}";`),
        /may not import/,
      );
    }
  });

  test("refuses a way around the exports of a package", () => {
    assert.match(problemsOf("e2e/src/a.ts", 'import "@ringfence/kernel/dist/x.js";'), /is not exported by/);
    assert.match(problemsOf("e2e/src/a.ts", 'import "../../packages/kernel/src/x.js";'), /leaves e2e/);
  });

  test("refuses native code outside the kernel and probe packages", () => {
    const problems = problemsOf("packages/cli/src/a.ts", 'import koffi from "koffi";');
    assert.match(problems, /only packages\/kernel and packages\/probe may/);
  });

  test("refuses Node in a layer that runs in the browser, except in its tests", () => {
    assert.match(problemsOf("packages/policy/src/a.ts", 'import "node:fs";'), /browser/);
    assert.match(problemsOf("packages/model/src/a.ts", "const x = Buffer.from([]);"), /"Buffer\."/);
    assert.match(problemsOf("packages/model/src/a.ts", "if (process.env) x();"), /"process\.env"/);
    assert.equal(problemsOf("packages/model/src/a.test.ts", 'import "node:test"; Buffer.from([]);'), "");
    assert.equal(problemsOf("packages/policy/src/a.ts", "f(process.uid, rule.process.exe);"), "");
  });
});
