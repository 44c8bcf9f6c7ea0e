import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyCgroup, placesOf } from "./classify-cgroup.js";
import { HandedOver } from "./handed-over.js";
import type { Runtime } from "./runtimes/runtime.js";

test("HandedOver tells the container of a cgroup, and not another one of its id, nor that of a later cgroup", () => {
  const ids = new Map([["/a", 1n]]);
  const handed = new HandedOver((path) => ids.get(path) ?? null);
  const facts = { id: "web", name: "web", image: "", labels: { app: "other" } };
  const other: Runtime = { name: "runc", find: () => ({ facts, started: null }) };
  const factsAt = (isRootsOwn: boolean) => {
    const runtimes = [other, handed];
    const context = { runtimes, places: placesOf(runtimes, "/cg"), isRootsOwn: () => isRootsOwn };
    return classifyCgroup("/a", context).container;
  };
  handed.add("/a", { id: "web", annotations: { app: "web", bundle: "/b" } });
  handed.add("/gone", { id: "gone", annotations: {} });
  assert.deepEqual(factsAt(true), { id: "web", name: "web", image: "", labels: { app: "web" } });
  assert.equal(factsAt(false)?.name, null, "whoever has the folder above may have moved in");
  ids.set("/a", 2n);
  assert.equal(factsAt(true), null);
});
