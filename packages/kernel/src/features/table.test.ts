import assert from "node:assert/strict";
import { test } from "node:test";
import { mapTypes } from "../maps/map-type.js";
import { featureOfFunction, featureOfMapType, featureOfSection, features } from "./table.js";

test("featureOfSection knows the hooks of the product's programs", () => {
  const sections = [
    ["cgroup/connect4", "cgroup/connect and sendmsg"],
    ["cgroup/sendmsg6", "cgroup/connect and sendmsg"],
    ["cgroup/sock_create", "cgroup/sock_create"],
    ["cgroup/setsockopt", "cgroup/setsockopt"],
    ["cgroup/dev", "cgroup/dev"],
    ["cgroup_skb/egress", "cgroup_skb"],
    ["tp_btf/sched_process_exec", "tp_btf"],
    ["iter/task", "iter/task"],
    ["?iter/tcp", "iter/tcp"],
    ["syscall", "syscall programs"],
    ["tc", "tc"],
    ["lsm/socket_connect", "lsm"],
    ["lsm_cgroup/socket_connect", "lsm_cgroup"],
    ["fexit/tcp_connect", "fentry"],
  ] as const;
  for (const [section, name] of sections) assert.equal(featureOfSection(section)?.name, name, section);
});

test("featureOfSection is undefined for a section of no known type", () => {
  assert.equal(featureOfSection("struct_ops/x"), undefined);
});

test("featureOfFunction and featureOfMapType find helpers, kernel functions and maps", () => {
  assert.equal(featureOfFunction("bpf_loop")?.since, "5.17");
  assert.equal(featureOfFunction("bpf_sock_destroy")?.since, "6.5");
  assert.equal(featureOfMapType(mapTypes.ringBuffer)?.since, "5.8");
});

test("features have names that are not used twice, and a version each", () => {
  assert.equal(new Set(features.map(({ name }) => name)).size, features.length);
  for (const { since } of features) assert.match(since, /^\d\.\d+$/);
});
