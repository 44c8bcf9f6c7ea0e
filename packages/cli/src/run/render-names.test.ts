import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReportNames, ReportQuery } from "@ringfence/model";
import { noNames } from "../testing/no-names.js";
import { renderNames } from "./render-names.js";

const query: ReportQuery = {
  name: "www.example.com",
  type: "A",
  rule: null,
  answer: "NOERROR",
  trust: "trusted",
  resolver: "192.0.2.53",
  protocol: "udp",
  exe: "/usr/bin/curl",
  pids: [7],
  queries: 2,
  addresses: ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"],
  found: 5,
  learned: 5,
  ignored: 0,
  latencyMs: { least: 0.5, mean: 1.25, most: 2 },
  firstSeen: "2026-01-02T03:04:05.000Z",
  lastSeen: "2026-01-02T03:04:05.000Z",
};

function render(changed: Partial<ReportNames>): string {
  return renderNames({ ...noNames, ...changed }, (_, text) => text).join("\n");
}

test("renderNames says nothing of a command that asked for no name", () => {
  assert.equal(render({}), "");
});

test("renderNames has a row for each query, with what was not learned", () => {
  const queries = [
    query,
    {
      ...query,
      name: "bad.\u001bexample",
      trust: "untrusted" as const,
      found: 1,
      learned: 0,
      addresses: ["::1"],
    },
    { ...query, answer: null, latencyMs: null, addresses: [], found: 0, learned: 0 },
  ];
  const text = render({ queries });
  assert.match(
    text,
    /www\.example\.com +A +NOERROR +192\.0\.2\.53 .* 2 +1\.3 ms +192\.0\.2\.1, .* and 1 more/,
  );
  assert.match(text, /192\.0\.2\.53 \(untrusted\) .* ::1 \(0 of 1 learned\)/);
  assert.match(text, /\(no answer\)/);
  assert.equal(text.includes("\u001b"), false, "control characters are escaped");
});

test("renderNames says how many rows are not shown, and how processes asked", () => {
  const queries = Array.from({ length: 60 }, (_, index) => ({ ...query, name: `n${index}.example.com` }));
  const asker = {
    exe: "/usr/bin/curl",
    pid: 7,
    execId: "b-7-1",
    queries: 60,
    unanswered: 2,
    denied: 0,
    nxdomain: 3,
    names: 60,
    moreQueries: 0,
    widestApex: { name: "example.com", names: 60 },
    longestName: 15,
    meanLength: 14,
    meanEntropy: 2,
  };
  const text = render({ queries, moreQueries: 5, askers: [asker] });
  assert.match(text, /and 15 more/);
  assert.match(
    text,
    /curl \(pid 7\): 60 queries for 60 names, 3 do not exist, 2 without answer, 60 below example\.com/,
  );
  const many = Array.from({ length: 12 }, (_, index) => ({ ...asker, pid: index, queries: index }));
  const busy = { ...asker, pid: 99, queries: 20_000, names: 10_000, moreQueries: 9000, denied: 4 };
  const lines = render({ queries, moreAskers: 3, askers: [...many, busy] }).split("\n");
  assert.match(lines.at(-11) ?? "", /\(pid 99\): 20000 queries for at least 10000 names, 4 denied/);
  assert.match(lines.at(-1) ?? "", /and 3 processes more and 3 queries of others/);
});
