import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Report, type ReportFlow, type ReportProcess, RingfenceError } from "@ringfence/model";
import { lossesSchema } from "@ringfence/model/schemas";
import { noNames } from "../testing/no-names.js";
import { readReportRow } from "./report-row.js";

const folder = mkdtempSync(join(tmpdir(), "ringfence-report-"));
after(() => rmSync(folder, { recursive: true }));

const process: ReportProcess = {
  execId: "b-1-2",
  pid: 7,
  ppid: 1,
  uid: 1000,
  gid: 100,
  comm: "curl",
  parentComm: "sh",
  commandLine: null,
};

const flow: ReportFlow = {
  outcome: "denied",
  direction: "egress",
  exe: "/usr/bin/curl",
  exeFlags: ["trusted"],
  protocol: "tcp",
  address: "10.0.0.1",
  port: 443,
  domain: null,
  names: [],
  rule: "p/egress.default",
  shadowRule: null,
  policyRevision: "0",
  reason: "policy",
  hook: "connect",
  verdicts: 1,
  sentBytes: 0,
  receivedBytes: 0,
  firstSeen: "2026-01-01T00:00:00Z",
  lastSeen: "2026-01-01T00:00:00Z",
  processes: [process],
  processCount: 1,
};

/** Reads the last of these rows back from a report. */
function read(...flows: readonly Partial<ReportFlow>[]) {
  return readLast(reportOf(flows.map((changed) => ({ ...flow, ...changed }))));
}

function readLast(report: { readonly flows: readonly object[] }) {
  const file = join(folder, "report.json");
  writeFileSync(file, JSON.stringify(report));
  return readReportRow(file, report.flows.length);
}

function reportOf(flows: ReportFlow[]): Report {
  return {
    schema: "ringfence.report/v1",
    command: ["x"],
    pid: 1,
    exitCode: 0,
    signal: null,
    startedAt: "2026-01-01T00:00:00Z",
    endedAt: "2026-01-01T00:00:00Z",
    mode: "enforce",
    user: null,
    privileged: false,
    packetHooks: "run",
    packetSockets: "taken",
    securityModule: "absent",
    policy: { revision: "0", profiles: [], graceSeconds: null },
    stillRunning: 0,
    totals: { allowed: 0, denied: 0, wouldDeny: 0, wouldAllow: 0 },
    flows,
    names: noNames,
    losses: lossesSchema.parse(Object.fromEntries(Object.keys(lossesSchema.shape).map((name) => [name, 0]))),
    warnings: [],
  };
}

test("readReportRow takes what a row has, and counts rows from 1", () => {
  const { given, flow: read2, reported } = read({}, { protocol: "icmpv6", address: "::1", port: null });
  assert.deepEqual(given, {
    exe: { path: "/usr/bin/curl", trusted: true },
    comm: "curl",
    uid: 1000,
    gid: 100,
  });
  assert.deepEqual(read2, {
    direction: "egress",
    protocol: "icmp",
    address: { family: 6, value: 1n },
    port: null,
  });
  assert.equal(reported?.row, 2);
});

test("readReportRow keeps the direction", () => {
  const { flow: came } = read({ direction: "ingress", port: 8080 });
  assert.deepEqual([came.direction, came.port], ["ingress", 8080]);
});

test("readReportRow believes an executable as the kernel did", () => {
  const exeOf = (...exeFlags: ReportFlow["exeFlags"]) => read({ exeFlags }).given.exe;
  assert.deepEqual(exeOf("trusted", "deleted"), { path: "/usr/bin/curl", trusted: false });
  assert.deepEqual(exeOf(), { path: "/usr/bin/curl", trusted: false });
  assert.equal(exeOf("unknown"), null);
  assert.equal(exeOf("trusted", "truncated"), null);
});

test("readReportRow says what a report cannot show, and that processes differ", () => {
  assert.equal(read({ processes: [process, process], processCount: 2 }).gaps.length, 1);
  const { gaps } = read({ processes: [process, { ...process, uid: 0 }], processCount: 20 });
  assert.match(gaps[1] ?? "", /20 processes differ in uid, gid or comm: pid 7 is taken/);
});

test("readReportRow leaves out the facts of a row without processes", () => {
  assert.deepEqual(Object.keys(read({ processes: [], processCount: 0 }).given), ["exe"]);
});

const known = ["a.example", "b.example"].map((name) => ({ name, pid: 7, exe: "/usr/bin/curl" }));

test("readReportRow takes the name that a flow was judged by, and no other", () => {
  const { flow: named, gaps } = read({ names: known, domain: "b.example" });
  assert.deepEqual([named.names, gaps.length], [["b.example"], 1]);
  assert.deepEqual(read({ names: known, domain: null }).flow.names, undefined);
});

test("readReportRow takes no name that had run out, and says so", () => {
  const { flow: expired, gaps } = read({ names: known, domain: "a.example", reason: "name-expired" });
  assert.equal(expired.names, undefined);
  assert.match(gaps[1] ?? "", /^a\.example had run out/);
});

test("readReportRow takes all names, in their order, of a build that did not say which one decided", () => {
  const { domain: _domain, ...row } = { ...flow, names: known };
  const { flow: named, gaps } = readLast({ ...reportOf([]), flows: [row] });
  assert.deepEqual(named.names, ["a.example", "b.example"]);
  assert.match(gaps[1] ?? "", /did not say by which name/);
});

test("readReportRow takes no names for what came in, nor where there are none", () => {
  assert.equal(read({ direction: "ingress", names: known, domain: "a.example" }).flow.names, undefined);
  assert.equal(read({ direction: "unattributed", names: known }).gaps.length, 1);
  assert.equal(read({}).flow.names, undefined);
  assert.equal(read({}).gaps.length, 1);
});

test("readReportRow reads the report of a build that learned no names", () => {
  const { names: _names, losses, ...older } = reportOf([]);
  const { dnsNames: _dnsNames, ...fewer } = losses;
  const { names: _none, domain: _domain, ...row } = flow;
  const { flow: read2, gaps } = readLast(Object.assign(older, { losses: fewer, flows: [row] }));
  assert.deepEqual([read2.port, read2.names], [443, undefined]);
  assert.match(gaps[1] ?? "", /learned no names/);
});

test("readReportRow says where a report is broken", () => {
  const broken = { ...reportOf([]), flows: [{ ...flow, names: [{ name: 7 }] }] };
  assert.throws(() => readLast(broken), /is broken at "flows\.0\.names\.0\.name": /);
});

test("readReportRow refuses a row about no destination, or an unreadable one", () => {
  const refused = (row: Partial<ReportFlow>, message: RegExp) =>
    assert.throws(
      () => read(row),
      (error) =>
        error instanceof RingfenceError && error.code === "RF_REPORT_INPUT" && message.test(error.format()),
    );
  refused(
    { address: null, port: null, reason: "source-route" },
    /Row 1 .* no.* one destination: .*"source-route"/,
  );
  refused({ direction: "query", protocol: "udp", port: 53 }, /Row 1 .* counts queries .*'query NAME'/);
  refused({ address: "nowhere" }, /Row 1 .* goes to "tcp nowhere"/);
  refused({ protocol: "quic" }, /goes to "quic 10\.0\.0\.1"/);
});
