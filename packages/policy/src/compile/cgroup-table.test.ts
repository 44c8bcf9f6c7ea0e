import assert from "node:assert/strict";
import { test } from "node:test";
import type { Profile } from "@ringfence/model";
import { buildCgroupTable, type CgroupWorkload } from "./cgroup-table.js";
import { compile } from "./compile.js";

const silence = { ingress: null, listen: null, unattributed: null, names: null, dns: null };

function profileOf(subject: Profile["subject"], name = "p"): Profile {
  return { name, mode: "enforce", subject, egress: { default: "deny", rules: [] }, ...silence };
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

test("a table knows nothing of a container that comes again at a path that conditions name", () => {
  const [path, name] = [["/pool/a"], ["c"]];
  const profiles = [profileOf([{ cgroup: path, container: { name } }], "c"), profileOf([{ cgroup: path }])];
  const there = (container: CgroupWorkload["container"]) =>
    compile(profiles, { workloads: [{ cgroup: "/pool/a", container }] });
  const known = there({ ...facts, name: "other" });
  const pending = there("pending");
  const bitsOf = ({ rows, rowCount }: typeof known, row = -1) => {
    const size = rows.length / rowCount;
    return Buffer.from(rows.subarray(size * row, size * (row + 1))).toString("hex");
  };
  const [{ row, newRow } = { row: -1, newRow: -2 }] = known.cgroup.expected;
  assert.equal(row, newRow);
  assert.equal(bitsOf(known, row), bitsOf(pending, pending.cgroup.entries[0]?.row));
  assert.notEqual(bitsOf(known, row), bitsOf(known, known.cgroup.entries[0]?.row));
});

test("a table keeps what went where it makes a difference, and what units were matched", () => {
  const subject = [{ unit: ["b.service"] }];
  const { cgroupConditions, cgroup } = compile([profileOf(subject)], { workloads: [] });
  const gone = ["/x.slice/b.service", "/x.slice/d.service"].map((path, at) => ({
    id: BigInt(at),
    path,
    container: false as const,
  }));
  const table = buildCgroupTable(cgroupConditions, { workloads: [], gone }, cgroup.firstRow);
  assert.deepEqual(
    table.gone.map(({ id }) => id),
    [0n],
  );
  const nothing = compile([], { workloads: [] });
  const empty = buildCgroupTable(nothing.cgroupConditions, { workloads: [], gone }, nothing.cgroup.firstRow);
  assert.deepEqual([empty.gone, empty.expected, empty.entries], [[], [], []]);
  const seen = ["/y.slice/b.service", "/y.slice/e.service"];
  const again = tableOf(subject, [isHost("/x.slice/b.service"), isHost("/x.slice")], seen);
  assert.deepEqual(again.matched, ["/x.slice/b.service", "/y.slice/b.service"]);
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
