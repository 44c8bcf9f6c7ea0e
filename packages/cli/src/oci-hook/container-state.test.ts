import assert from "node:assert/strict";
import { test } from "node:test";
import { parseContainerState } from "./container-state.js";

const state = { ociVersion: "1.0.2", id: "shop", status: "creating", pid: 42, bundle: "/b" };

test("parseContainerState takes what a runtime writes, with annotations and without", () => {
  assert.deepEqual(parseContainerState(JSON.stringify(state)), { id: "shop", pid: 42, annotations: {} });
  const annotations = { app: "web" };
  assert.deepEqual(parseContainerState(JSON.stringify({ ...state, annotations })).annotations, annotations);
});

test("parseContainerState says what is wrong with anything else", () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["", /no JSON object/],
    ["null", /no JSON object/],
    [JSON.stringify({ ...state, id: 1 }), /no "id"/],
    [JSON.stringify({ ...state, id: "../../x" }), /no "id"/],
    [JSON.stringify({ ...state, id: ".." }), /no "id"/],
    [JSON.stringify({ ...state, id: "a\n{}" }), /no "id"/],
    [JSON.stringify({ ...state, pid: 0 }), /no "pid"/],
    [JSON.stringify({ ...state, pid: "42" }), /no "pid"/],
    [JSON.stringify({ ...state, annotations: { a: 1 } }), /"annotations"/],
    [JSON.stringify({ ...state, annotations: ["a"] }), /"annotations"/],
  ];
  for (const [text, message] of wrong)
    assert.throws(() => parseContainerState(text), { code: "RF_OCI_STATE", message });
});
