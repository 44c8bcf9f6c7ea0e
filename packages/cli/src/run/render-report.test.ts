import assert from "node:assert/strict";
import { test } from "node:test";
import type { Report, ReportFlow } from "@ringfence/model";
import { reportSchema } from "@ringfence/model/schemas";
import { noNames } from "../testing/no-names.js";
import { renderReport } from "./render-report.js";

const flow: ReportFlow = {
  outcome: "denied",
  direction: "egress",
  exe: "/usr/bin/curl",
  exeFlags: ["trusted"],
  protocol: "tcp",
  address: "::1",
  port: 443,
  domain: null,
  names: [],
  rule: "run/egress.default",
  shadowRule: null,
  reason: "policy",
  hook: "connect",
  policyRevision: "abc",
  verdicts: 2,
  sentBytes: 0,
  receivedBytes: 2048,
  firstSeen: "2026-01-02T03:04:05.000Z",
  lastSeen: "2026-01-02T03:04:06.000Z",
  processes: [
    {
      execId: "b-1-1",
      pid: 12,
      ppid: 11,
      uid: 0,
      gid: 0,
      comm: "curl",
      parentComm: "sh",
      commandLine: "curl x",
    },
  ],
  processCount: 1,
};

const report: Report = {
  schema: "ringfence.report/v1",
  command: ["sh", "-c", "x"],
  pid: 10,
  exitCode: 0,
  signal: null,
  startedAt: "2026-01-02T03:04:05.000Z",
  endedAt: "2026-01-02T03:04:07.000Z",
  mode: "enforce",
  user: null,
  privileged: false,
  packetHooks: "run",
  packetSockets: "taken",
  securityModule: "absent",
  policy: {
    revision: "abc",
    profiles: [{ name: "run", mode: "enforce", source: "command line" }],
    graceSeconds: null,
  },
  stillRunning: 0,
  totals: { allowed: 0, denied: 2, wouldDeny: 0, wouldAllow: 0 },
  flows: [flow],
  names: noNames,
  losses: {
    events: 0,
    flows: 0,
    executables: 0,
    processes: 0,
    longPaths: 0,
    unknownPaths: 0,
    sockets: 0,
    longCommandLines: 0,
    subjects: 0,
    peers: 0,
    dnsMessages: 0,
    dnsQueries: 0,
    dnsNames: 0,
    dnsAddresses: 0,
    cgroups: 0,
    dnsStreams: 0,
    logLines: 0,
  },
  warnings: [],
};

test("the report of these tests is one the schema accepts", () => {
  reportSchema.parse(report);
});

test("renderReport names verdict, destination, program, rule, counts and process", () => {
  const text = renderReport(report, false);
  assert.match(text, /2 denied, 0 allowed \(enforce, policy abc\): sh -c x/);
  assert.match(
    text,
    /denied +tcp \[::1\]:443 +\/usr\/bin\/curl +run\/egress\.default +2 +0 B +2\.0 KiB +03:04:05 +03:04:06/,
  );
  assert.match(text, /pid 12 ppid 11 uid 0 curl: curl x/);
  assert.match(text, /losses: 0/);
});

test("renderReport names who asked for the name of an address, or the hosts file", () => {
  const names = [
    { name: "a.example", pid: 12, exe: "/usr/bin/curl" },
    { name: "b.example", pid: null, exe: null },
  ];
  const text = renderReport({ ...report, flows: [{ ...flow, names }] }, false);
  assert.match(text, /name a\.example \(asked by \/usr\/bin\/curl, pid 12\), b\.example \(\/etc\/hosts\)/);
});

test("renderReport says by which name an address was judged, and what a name could do", () => {
  const text = (changed: Partial<ReportFlow>, graceSeconds: number | null = 0) =>
    renderReport(
      { ...report, policy: { ...report.policy, graceSeconds }, flows: [{ ...flow, ...changed }] },
      false,
    );
  assert.match(text({ domain: "a.example" }), /denied +tcp \[::1\]:443 as a\.example +\/usr\/bin\/curl/);
  assert.doesNotMatch(text({ domain: "a.example" }), /no name/);
  assert.match(text({ domain: null }), /\n +the address has no name that was looked up here: /);
  const silent: Partial<ReportFlow>[] = [
    { rule: "run/never" },
    { outcome: "allowed" },
    { direction: "ingress" },
    { reason: "source-route" },
    { address: null },
  ];
  for (const changed of silent) {
    assert.doesNotMatch(text({ domain: null, ...changed }), /no name/, JSON.stringify(changed));
  }
  assert.doesNotMatch(text({ domain: null }, null), /no name/);
  assert.match(text({ direction: "query", protocol: "udp", port: 53 }), /query to udp \[::1\]:53/);
  const expired = text({ domain: "a.example", reason: "name-expired" }, 30);
  assert.match(expired, /denied +tcp \[::1\]:443 +\/usr\/bin\/curl +run\/egress\.default \(name-expired\)/);
  assert.match(expired, /learned for a\.example, which is allowed and had run out \(grace 30 s\): look/);
});

test("renderReport uses colour only when asked", () => {
  assert.ok(!renderReport(report, false).includes("\u001b"));
  assert.ok(renderReport(report, true).includes("\u001b[31m"));
});

test("renderReport lets no control character of the command reach the terminal", () => {
  const evil = {
    ...flow,
    exe: "/tmp/\u001b[2Jx",
    processes: [{ ...flow.processes[0], commandLine: "a\rb\u202e" }],
  };
  const text = renderReport({ ...report, flows: [evil as ReportFlow] }, false);
  assert.ok(
    !["\u001b", "\r", "\u202e"].some((c) => text.includes(c)),
    "escape sequences must be shown, not sent",
  );
  assert.match(text, /\\u\{1b\}\[2Jx/);
});

test("renderReport shows losses by name, what still runs, privileges and warnings", () => {
  const text = renderReport(
    {
      ...report,
      losses: { ...report.losses, events: 7 },
      stillRunning: 2,
      privileged: true,
      warnings: ["policy.yaml:1:1: something"],
    },
    false,
  );
  assert.match(text, /losses: events 7/);
  assert.match(text, /2 processes of the tree are still running/);
  assert.match(text, /a root command can undo the fence/);
  assert.match(text, /warning: policy\.yaml:1:1/);
});

test("renderReport marks what is special about an executable and why a packet was refused", () => {
  const odd: ReportFlow = {
    ...flow,
    exeFlags: ["no-path", "deleted"],
    rule: null,
    reason: "source-route",
    address: null,
  };
  const text = renderReport({ ...report, flows: [odd] }, false);
  assert.match(text, /\(no-path, deleted\)/);
  assert.match(text, /\(source-route\)/);
  assert.match(text, /\(no single destination\)/);
});

test("renderReport says so when nothing was tried", () => {
  assert.match(renderReport({ ...report, flows: [] }, false), /no connection was tried/);
});
