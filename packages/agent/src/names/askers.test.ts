import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { DnsLine } from "@ringfence/model";
import { Askers } from "./askers.js";

type Asked = Pick<DnsLine, "execId" | "pid" | "exe" | "name" | "answer">;

/** Queries of one process unless said. */
function ask(askers: Askers, name: string, changed: Partial<Asked> = {}): void {
  askers.add({ execId: "b-7-1", pid: 7, exe: "/usr/bin/curl", name, answer: "NOERROR", ...changed });
}

test("Askers counts what each process asked, and how it was answered", async () => {
  const askers = new Askers();
  ask(askers, "a.example.com");
  ask(askers, "a.example.com", { answer: "NXDOMAIN" });
  ask(askers, "bb.example.com", { answer: null });
  ask(askers, "bb.example.com", { answer: "denied" });
  ask(askers, "bb.example.com", { answer: "would-deny" });
  ask(askers, "other.example", { execId: "b-7-2", exe: "/usr/bin/wget" });
  const [first, second] = await askers.rows();
  assert.deepEqual(first, {
    exe: "/usr/bin/curl",
    pid: 7,
    execId: "b-7-1",
    queries: 4,
    unanswered: 1,
    denied: 1,
    nxdomain: 1,
    names: 2,
    moreQueries: 0,
    widestApex: { name: "example.com", names: 2 },
    longestName: 14,
    meanLength: 13.5,
    meanEntropy: 0,
  });
  assert.deepEqual([second?.execId, second?.exe, second?.queries], ["b-7-2", "/usr/bin/wget", 1]);
});

test("Askers finds the widest registered name by the Public Suffix List", async () => {
  const widest = async (...names: readonly string[]) => {
    const askers = new Askers();
    for (const name of names) ask(askers, name);
    return (await askers.rows())[0]?.widestApex;
  };
  assert.deepEqual(await widest("a.x.co.uk", "b.y.co.uk", "c.x.co.uk"), { name: "x.co.uk", names: 2 });
  assert.deepEqual(await widest("a.me.github.io", "you.github.io"), { name: "me.github.io", names: 1 });
  assert.deepEqual(await widest("db", "db.corp.internal", "www.corp.internal"), {
    name: "corp.internal",
    names: 2,
  });
  assert.deepEqual(await widest("co.uk"), { name: "co.uk", names: 1 });
});

test("Askers tells made-up names from words by their entropy", async () => {
  const entropy = async (name: string) => {
    const askers = new Askers();
    ask(askers, name);
    return (await askers.rows())[0]?.meanEntropy ?? Number.NaN;
  };
  assert.equal(await entropy("example.com"), 0);
  assert.equal(await entropy("abab.example.com"), 1);
  assert.equal(await entropy("abcd.efgh.example.co.uk"), 3);
});

test("Askers says what it has no room for, and does not grow by it", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const askers = new Askers();
  const fill = (from: number, count: number) => {
    for (let index = from; index < from + count; index++) {
      const name = `${index.toString(36)}.${"x".repeat(50)}.example.com`;
      ask(askers, name, { execId: `c-${index % 2000}-1`, exe: `/tmp/${index % 2000}` });
      ask(askers, name);
    }
  };
  fill(0, 200_000);
  collect();
  const before = process.memoryUsage().heapUsed;
  fill(200_000, 1_000_000);
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  assert.ok(grown < 1e6, `${grown} bytes more for a million names`);
  const rows = await askers.rows();
  const remembered = rows.reduce((sum, { names }) => sum + names, 0);
  assert.equal(rows.length, 1000);
  assert.equal(remembered, 50_000);
  const made = rows.find(({ execId }) => execId === "b-7-1");
  assert.ok((made?.names ?? 0) <= 10_000);
  assert.equal((made?.names ?? 0) + (made?.moreQueries ?? 0), made?.queries);
  const counted = rows.reduce((sum, { queries }) => sum + queries, askers.more);
  assert.equal(counted, 2_400_000);
});
