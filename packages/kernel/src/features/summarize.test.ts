import assert from "node:assert/strict";
import { test } from "node:test";
import type { FeatureReport, KernelReport } from "./kernel-report.js";
import { summarize } from "./summarize.js";

const works: FeatureReport = {
  name: "tp_btf",
  kind: "program",
  status: "works",
  since: "5.5",
  detail: "",
  required: true,
  neededFor: "processes",
  withoutIt: "nothing starts",
};

const healthy: KernelReport = {
  release: "6.1.0",
  architecture: "x64",
  btf: true,
  libbpf: "v1.1",
  cgroup2: { root: "/sys/fs/cgroup", detached: false },
  lsm: ["bpf"],
  effectiveCapabilities: ["CAP_BPF", "CAP_NET_ADMIN", "CAP_PERFMON", "CAP_SYS_ADMIN"],
  features: [works],
};

test("summarize is ready when everything works", () => {
  assert.deepEqual(summarize(healthy), { level: "ready", blocking: [], degraded: [] });
});

test("summarize is degraded when an optional feature is refused, and tells the cost", () => {
  const lsm = {
    ...works,
    name: "lsm",
    status: "refused",
    required: false,
    detail: "EPERM",
    withoutIt: "less",
  } as const;
  assert.deepEqual(summarize({ ...healthy, features: [works, lsm] }), {
    level: "degraded",
    blocking: [],
    degraded: [{ what: "lsm (program) is refused: EPERM", cost: "less" }],
  });
});

test("summarize is unusable when a required feature is missing, and says since when it exists", () => {
  const summary = summarize({ ...healthy, features: [{ ...works, status: "missing" }] });
  assert.equal(summary.level, "unusable");
  assert.match(summary.blocking[0]?.what ?? "", /tp_btf \(program\) is missing: in Linux since 5.5/);
});

const basics: readonly (readonly [string, Partial<KernelReport>, RegExp])[] = [
  ["BTF", { btf: false }, /does not publish its types/],
  ["libbpf", { libbpf: null }, /libbpf.so.1 is not installed/],
  ["cgroup v2", { cgroup2: null }, /no cgroup v2/],
  ["capabilities", { effectiveCapabilities: ["CAP_BPF"] }, /lacks CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN/],
];

for (const [what, change, expected] of basics) {
  test(`summarize is unusable without ${what}`, () => {
    const { level, blocking } = summarize({ ...healthy, ...change });
    assert.equal(level, "unusable");
    assert.match(blocking[0]?.what ?? "", expected);
  });
}
