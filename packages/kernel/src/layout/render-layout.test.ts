import assert from "node:assert/strict";
import { test } from "node:test";
import { Btf } from "../btf/btf.js";
import { compileBpf } from "../testing/compile-bpf.js";
import { renderLayout } from "./render-layout.js";

const options = { prefix: "rf_", specModule: "./spec.js", valueModule: "./value.js" };
const btf = Btf.fromObject(compileBpf("sample"));
const text = renderLayout(btf, options);

test("renderLayout writes every struct of the prefix once and none without it", () => {
  const names = [...text.matchAll(/^export const (\w+) = /gm)].map(([, name]) => name);
  assert.deepEqual(names, ["rf_colour", "rf_flags", "rf_inner", "rf_event", "rf_key", "rf_record"]);
});

test("renderLayout refers to a struct inside another by its constant, which comes first", () => {
  assert.match(text, /ends: \{ offset: 44, kind: \{ array: rf_inner, length: 2 \} \},/);
  assert.ok(text.indexOf("const rf_inner") < text.indexOf("const rf_event"));
});

test("renderLayout writes union members as overlapping", () => {
  assert.match(text, /v4: \{ offset: 84, kind: "u32", overlaps: true \},/);
});

test("renderLayout writes enum values, beyond 2^53 as bigint", () => {
  assert.match(text, /RF_BLUE: -2,/);
  const values = [{ name: "RF_HUGE", value: 2n ** 63n - 1n }];
  const wide = { kind: "enum", name: "rf_wide", size: 8, signed: false, values };
  const only = Object.create(btf, {
    named: { value: (kind: string) => (kind === "enum" ? [wide] : []) },
  });
  assert.match(renderLayout(only, options), /RF_HUGE: 9223372036854775807n,/);
});

test("renderLayout does not depend on the order in which types are found", () => {
  const reversed = Object.create(btf, {
    named: { value: (kind: "struct" | "enum", prefix: string) => btf.named(kind, prefix).toReversed() },
  });
  assert.equal(renderLayout(reversed, options), text);
});
