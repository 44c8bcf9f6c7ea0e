import assert from "node:assert/strict";
import { test } from "node:test";
import type { Profile } from "@ringfence/model";
import { buildCgroupTable, type CgroupWorkload } from "./cgroup-table.js";
import { compile } from "./compile.js";

const silence = { ingress: null, listen: null, unattributed: null, names: null, dns: null };

function profileOf(subject: Profile["subject"]): Profile {
  return { name: "p", mode: "enforce", subject, egress: { default: "deny", rules: [] }, ...silence };
}

function tableOf(
  subject: Profile["subject"],
  workloads: readonly CgroupWorkload[],
  seen: readonly string[] = [],
) {
  const { cgroupConditions, cgroup } = compile([profileOf(subject)], { workloads: [] });
  return buildCgroupTable(cgroupConditions, { workloads, seen }, cgroup.firstRow);
}

const isHost = (cgroup: string): CgroupWorkload => ({ cgroup, id: 7n, container: false });
const facts = { id: "c", name: "c", image: null, labels: null };
const expectedOf = (...args: Parameters<typeof tableOf>) => tableOf(...args).expected.map(({ path }) => path);

test("a table expects what conditions name, units where systemd puts them or where they are", () => {
  const subject = [{ cgroup: ["/pool/a"] }, { unit: ["b.service", "c-*.service"] }];
  const workloads = ["/x.slice/b.service", "/x.slice/c-1.service", "/x.slice/d.service"].map(isHost);
  assert.deepEqual(expectedOf(subject, workloads), [
    "/pool/a",
    "/system.slice/b.service",
    "/x.slice/b.service",
    "/x.slice/c-1.service",
  ]);
});

test("a table expects units that are gone, and not what lies below a unit or was no unit's", () => {
  const seen = ["/x.slice/b.service", "/x.slice/u.service/b.service", "/y/b.service"];
  assert.deepEqual(expectedOf([{ unit: ["b.service"] }], [], seen), [
    "/system.slice/b.service",
    "/x.slice/b.service",
  ]);
});

test("a table expects nothing where a container is, or below", () => {
  const subject = [{ cgroup: ["/pool/a", "/pool/a/sub", "/pool/b"] }];
  assert.deepEqual(expectedOf(subject, [{ cgroup: "/pool/a", container: facts }]), ["/pool/b"]);
});

test("what is expected holds as it does once the cgroup is there", () => {
  const subject = [{ unit: ["b.service"] }];
  const [expected] = tableOf(subject, []).expected;
  const there = tableOf(subject, [isHost("/system.slice/b.service")]);
  const entry = there.entries.find(({ path }) => path === "/system.slice/b.service");
  assert.deepEqual([expected?.row, expected?.newRow], [entry?.row, entry?.newRow]);
  assert.notEqual(expected?.row, there.otherRow);
});

test("a cgroup that went has the row that it had, and not that of whoever has its path now", () => {
  const { cgroupConditions, cgroup } = compile([profileOf([{ container: { name: ["c"] } }])], {
    workloads: [],
  });
  const there = { cgroup: "/docker/c", id: 7n, container: facts };
  const before = buildCgroupTable(cgroupConditions, { workloads: [there] }, cgroup.firstRow);
  const gone = [{ id: 7n, path: "/docker/c", container: facts }];
  const next = { ...there, id: 8n, container: { ...facts, name: "other" } };
  const after = buildCgroupTable(cgroupConditions, { workloads: [next], gone }, cgroup.firstRow);
  const bitsIn = ({ rows, firstRow }: typeof after, row = -1) => {
    const size = rows.length / (after.rowCount || 1);
    return Buffer.from(rows.subarray((row - firstRow) * size, (row - firstRow + 1) * size)).toString("hex");
  };
  assert.equal(before.rowCount, after.rowCount);
  assert.equal(bitsIn(after, after.gone[0]?.row), bitsIn(before, before.entries[0]?.row));
  assert.notEqual(after.gone[0]?.row, after.entries[0]?.row);
  assert.equal(after.gone[0]?.id, 7n);
});
