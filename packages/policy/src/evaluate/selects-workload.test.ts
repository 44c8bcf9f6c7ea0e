import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessCondition } from "@ringfence/model";
import { selectsWorkload } from "./selects-workload.js";

const billing = {
  cgroup: "/docker/billing",
  container: { id: "b1", name: "billing", image: "shop:1", labels: { app: "shop" } },
};
const nginx = { cgroup: "/system.slice/nginx.service", container: false };

const selected = (subject: readonly ProcessCondition[] | null) => [
  selectsWorkload(subject, billing),
  selectsWorkload(subject, nginx),
];

test("selectsWorkload takes a subject by container, unit, host and cgroup", () => {
  assert.deepEqual(selected([{ container: { name: ["billing"] } }]), [true, false]);
  assert.deepEqual(selected([{ container: { name: ["web"] } }]), [false, false]);
  assert.deepEqual(selected([{ unit: ["nginx.service"] }]), [false, true]);
  assert.deepEqual(selected([{ host: true }]), [false, true]);
  assert.deepEqual(selected([{ cgroup: ["/docker"] }]), [true, false]);
  assert.deepEqual(selected([{ container: { name: ["web"] } }, { host: true }]), [false, true]);
});

test("selectsWorkload asks nothing of the processes there, and needs a word about the place", () => {
  assert.deepEqual(selected([{ container: true, exe: ["/usr/bin/curl"], uid: [] }]), [true, false]);
  assert.deepEqual(selected([{ exe: ["/usr/bin/curl"] }]), [false, false]);
  assert.deepEqual(selected([{}]), [true, true]);
  assert.deepEqual(selected(null), [true, true]);
});
