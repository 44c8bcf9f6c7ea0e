import assert from "node:assert/strict";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";
import type { Feature, FeatureProbe } from "./feature.js";
import { probeFeature, refusesProgramType } from "./probe-feature.js";
import { probeKernel } from "./probe-kernel.js";
import { featureOfSection } from "./table.js";

function feature(name: string, probe: FeatureProbe): Feature {
  return { name, probe, since: "9.9", required: false, neededFor: "a test", withoutIt: "nothing" };
}

test("probeFeature finds what no kernel has to be missing", () => {
  const absent: readonly FeatureProbe[] = [
    { kind: "program", type: 900, attachType: 0, sections: [] },
    { kind: "program", type: 26, attachType: 23, target: "rf_no_such_tracepoint", sections: [] },
    { kind: "program", type: 6, attachType: 0, attachableIf: "/nonexistent", sections: [] },
    { kind: "map", type: 900 },
    { kind: "helper", helper: 9000, programType: 18 },
    { kind: "kfunc" },
  ];
  for (const probe of absent) {
    const { status, detail } = probeFeature(feature("rf_no_such_kfunc", probe));
    assert.equal(status, "missing", JSON.stringify(probe));
    assert.notEqual(detail, "");
  }
});

test("probeFeature tells a helper that a program type lacks from one that it has", () => {
  const has = (helper: number) =>
    probeFeature(feature("x", { kind: "helper", helper, programType: 6 })).status;
  assert.deepEqual([has(1), has(46)], ["works", "missing"]);
});

for (const section of ["lsm/", "fentry/", "tc", "cgroup_skb/"]) {
  test(`refusesProgramType says of ${section} what a whole probe does`, () => {
    const found = featureOfSection(section);
    assert.ok(found !== undefined);
    assert.equal(refusesProgramType(found), probeFeature(found).status === "refused");
  });
}

test("probeKernel finds every required feature on the kernels that CI runs", () => {
  const report = probeKernel();
  const lacking = report.features.filter(({ required, status }) => required && status !== "works");
  assert.deepEqual(lacking, []);
  assert.ok(report.btf && report.cgroup2 !== null);
  assert.match(report.libbpf ?? "", /^v1\./);
  assert.ok(report.effectiveCapabilities.includes("CAP_BPF"));
});

test("probeKernel works without privileges and calls features refused, not missing", () => {
  const result = runNode(`
    system.setCapabilities({ effective: 0n, permitted: 0n, inheritable: 0n });
    const { features, effectiveCapabilities } = kernel.probeKernel();
    const programs = features.filter(({ kind }) => kind === "program");
    console.log(programs.find(({ name }) => name === "tc").status, effectiveCapabilities.length);`);
  assert.equal(result.stdout, "refused 0\n", result.stderr);
});
