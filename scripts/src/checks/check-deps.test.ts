import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Workspace } from "../source/workspace.js";
import { checkDeps } from "./check-deps.js";

const base = { exports: ["."], dependencies: [], devDependencies: [] };
const root: Workspace = { ...base, name: "root", folder: ".", devDependencies: ["fast-check", "typescript"] };
const model: Workspace = { ...base, name: "model", folder: "packages/model", dependencies: ["zod"] };
const property = { path: "packages/model/src/a.test.ts", text: 'import fc from "fast-check";' };
const schema = { path: "packages/model/src/a.ts", text: 'import { z } from "zod";' };

describe("checkDeps", () => {
  test("accepts declared packages, and the root's in tests", () => {
    assert.deepEqual(checkDeps([schema, property], [model], root), []);
  });

  test("refuses an import that nobody declares", () => {
    const extra = { path: "packages/model/src/b.ts", text: 'import { y } from "yaml";' };
    assert.deepEqual(checkDeps([schema, property, extra], [model], root), [
      'packages/model/src/b.ts: "yaml" is not declared. Add it to packages/model/package.json',
    ]);
  });

  test("refuses a development package in code that ships", () => {
    const shipped = { ...property, path: "packages/model/src/b.ts" };
    assert.match(
      checkDeps([schema, property, shipped], [model], root).join(),
      /"fast-check" is not declared/,
    );
  });

  test("refuses a declaration that nothing imports", () => {
    assert.deepEqual(checkDeps([property], [model], root), [
      'packages/model/package.json: nothing imports "zod". Remove it',
    ]);
    assert.match(checkDeps([schema], [model], root).join(), /nothing imports "fast-check"/);
  });
});
