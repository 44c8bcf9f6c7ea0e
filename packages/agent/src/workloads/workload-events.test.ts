import assert from "node:assert/strict";
import { test } from "node:test";
import type { Workload } from "@ringfence/model";
import { WorkloadEvents } from "./workload-events.js";
import type { WorkloadChange } from "./workload-table.js";

const container = (name: string | null, cgroupId = "7"): Workload => ({
  kind: "container",
  cgroup: "/c",
  cgroupId,
  container: { id: "c1", name, image: "shop:1", labels: { app: "shop" } },
  runtime: "docker",
  started: null,
  unit: null,
});
const unit: Workload = {
  kind: "unit",
  cgroup: "/system.slice/a.service",
  cgroupId: "3",
  container: null,
  runtime: null,
  started: null,
  unit: "a.service",
};
const pending: Workload = { ...unit, kind: "pending", cgroup: "/c", cgroupId: "7", unit: null };

function begin(list: readonly Workload[] = []) {
  let change: (change: WorkloadChange) => void = () => undefined;
  const told: unknown[] = [];
  const table = {
    list: () => list,
    changed: (callback: typeof change) => {
      change = callback;
    },
  };
  const events = new WorkloadEvents({
    table,
    profilesOf: ({ kind }) => [`of-${kind}`],
    publish: (draft) => {
      if (draft.type === "workload") told.push([draft.change, draft.workload.name, draft.profiles]);
    },
  });
  return {
    events,
    told,
    change: (next: Partial<WorkloadChange>) => change({ started: [], ended: [], ...next }),
  };
}

test("WorkloadEvents tells what came, what is known better, and what went", () => {
  const { told, change } = begin();
  change({ started: [pending] });
  assert.deepEqual(told, []);
  change({ ended: [pending], started: [container(null)] });
  change({ ended: [container(null)], started: [container("billing")] });
  change({ ended: [container("billing")] });
  assert.deepEqual(told, [
    ["started", null, ["of-container"]],
    ["changed", "billing", ["of-container"]],
    ["ended", "billing", ["of-container"]],
  ]);
});

test("WorkloadEvents tells of another workload in a cgroup of the same name", () => {
  const { told, change } = begin();
  change({ started: [container("old")] });
  change({ ended: [container("old")], started: [container("new", "8")] });
  assert.deepEqual(
    told.map((one) => (one as unknown[]).slice(0, 2)),
    [
      ["started", "old"],
      ["ended", "old"],
      ["started", "new"],
    ],
  );
});

test("WorkloadEvents tells at its beginning what runs, each once, and nothing of what it never told of", () => {
  const { events, told, change } = begin([unit, container("billing"), { ...pending, cgroup: "/d" }]);
  change({ started: [container("billing")] });
  events.begin();
  change({ ended: [{ ...pending, cgroup: "/d" }] });
  assert.deepEqual(told, [
    ["started", "billing", ["of-container"]],
    ["present", "a.service", ["of-unit"]],
  ]);
});
