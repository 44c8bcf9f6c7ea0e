import assert from "node:assert/strict";
import { test } from "node:test";
import { coverageOf } from "./profile-coverage.js";

const process = { exe: null, ancestors: [], comm: "x", gid: 0, container: false } as const;

for (const [where, count] of [
  ["in place", 4],
  ["in a process of its own, where there are many", 4000],
] as const) {
  test(`coverageOf counts processes and their cgroups ${where}`, async () => {
    const processes = Array.from({ length: count }, (_, index) => ({
      ...process,
      uid: index % 2,
      cgroup: `/${index % 4}`,
    }));
    const coverage = await coverageOf(
      [
        { name: "everybody", subject: null },
        { name: "odd", subject: [{ uid: [{ from: 1, to: 1 }] }] },
        { name: "one-cgroup", subject: [{ cgroup: ["/3"] }] },
        { name: "nobody", subject: [{ uid: [{ from: 2, to: 9 }] }] },
      ],
      processes,
    );
    assert.deepEqual(coverage, [
      { profile: "everybody", processes: count, cgroups: 4 },
      { profile: "odd", processes: count / 2, cgroups: 2 },
      { profile: "one-cgroup", processes: count / 4, cgroups: 1 },
      { profile: "nobody", processes: 0, cgroups: 0 },
    ]);
  });
}
