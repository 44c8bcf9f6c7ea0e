import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { capacityWhere, covers } from "./policy-capacity.js";
import { rememberCapacity, rememberedCapacity } from "./remembered-capacity.js";

const state = mkdtempSync(join(tmpdir(), "ringfence-capacity-"));
after(() => rmSync(state, { recursive: true, force: true }));
const ten = capacityWhere(() => 10);

test("rememberedCapacity is what was remembered last, and nothing where that cannot be read", () => {
  assert.equal(rememberedCapacity(state), null);
  rememberCapacity(
    state,
    capacityWhere(() => 5),
  );
  rememberCapacity(state, ten);
  assert.deepEqual(rememberedCapacity(state), ten);
  assert.deepEqual(readdirSync(state), ["capacity.json"]);
  for (const text of ["", "{", "null", "[]", "{}", JSON.stringify({ ...ten, rows: -1 })]) {
    writeFileSync(join(state, "capacity.json"), text);
    assert.equal(rememberedCapacity(state), null, text);
  }
});

test("rememberCapacity goes on where nothing can be written", () => {
  rememberCapacity(join(state, "absent"), ten);
  assert.equal(rememberedCapacity(join(state, "absent")), null);
});

test("covers compares map by map", () => {
  assert.equal(covers(ten, ten), true);
  assert.equal(covers(ten, { ...ten, accepts: 11, rows: 1 }), false);
});
