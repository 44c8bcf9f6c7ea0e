import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsLine } from "@ringfence/model";
import { NameRows } from "./name-rows.js";
import { shannonEntropy } from "./shannon-entropy.js";

function line(changed: Partial<DnsLine>): DnsLine {
  return {
    schema: "ringfence.dns/v1",
    time: "2026-01-01T00:00:00.000Z",
    level: "info",
    msg: "",
    host: "h",
    ringfencePid: 1,
    labels: {},
    name: "www.example.com",
    type: "A",
    rule: null,
    answer: "NOERROR",
    truncated: false,
    addresses: ["192.0.2.1"],
    found: 1,
    learned: 1,
    ignored: 0,
    trust: "trusted",
    resolver: "192.0.2.53",
    protocol: "udp",
    latencyMs: 2,
    sent: 1,
    exe: "/usr/bin/curl",
    exeFlags: ["trusted"],
    commandLine: null,
    execId: "b-7-1",
    pid: 7,
    ppid: 1,
    comm: "curl",
    uid: 0,
    gid: 0,
    ...changed,
  };
}

test("NameRows joins queries that were answered alike, and keeps apart what differs", () => {
  const rows = new NameRows();
  rows.add(line({}));
  rows.add(line({ pid: 8, latencyMs: 4, addresses: ["192.0.2.2"], time: "2026-01-01T00:00:05.000Z" }));
  rows.add(line({ answer: null, latencyMs: null }));
  rows.add(line({ trust: "untrusted" }));
  const [joined, ...others] = rows.rows();
  assert.deepEqual(joined?.latencyMs, { least: 2, mean: 3, most: 4 });
  assert.deepEqual([joined?.queries, joined?.pids, joined?.addresses], [2, [7, 8], ["192.0.2.2"]]);
  assert.deepEqual([joined?.firstSeen.slice(17, 19), joined?.lastSeen.slice(17, 19)], ["00", "05"]);
  assert.deepEqual(
    others.map(({ answer, trust, latencyMs }) => [answer, trust, latencyMs === null]),
    [
      [null, "trusted", true],
      ["NOERROR", "untrusted", false],
    ],
  );
});

test("NameRows counts what finds no row of its own", () => {
  const rows = new NameRows();
  for (let index = 0; index < 1003; index++) rows.add(line({ name: `n${index}.example.com` }));
  rows.add(line({ name: "n0.example.com" }));
  assert.deepEqual([rows.rows().length, rows.more, rows.rows()[0]?.queries], [1000, 3, 2]);
});

test("NameRows remembers sixteen processes of a row", () => {
  const rows = new NameRows();
  for (let pid = 1; pid <= 100_000; pid++) rows.add(line({ pid }));
  const [row] = rows.rows();
  assert.deepEqual([row?.pids.length, row?.queries], [16, 100_000]);
});

test("shannonEntropy is the bits for each character", () => {
  assert.deepEqual([shannonEntropy(""), shannonEntropy("aaaa"), shannonEntropy("abcd")], [0, 0, 2]);
});
