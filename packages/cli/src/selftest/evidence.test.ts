import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReportFlow, VerdictLine } from "@ringfence/model";
import { commOf } from "@ringfence/probe";
import { evidenceOf } from "./evidence.js";

const trial = { v4: "198.51.100.129", v6: "2001:db8:2::1", port: 20_005, mark: "mark" };
const flow: ReportFlow = {
  outcome: "allowed",
  exe: "/usr/bin/node",
  exeFlags: [],
  protocol: "udp",
  address: "127.0.0.1",
  port: 20_005,
  rule: null,
  shadowRule: null,
  reason: "policy",
  hook: "sendmsg",
  verdicts: 1,
  sentBytes: 0,
  receivedBytes: 0,
  firstSeen: "",
  lastSeen: "",
  processes: [],
  processCount: 1,
};
const line: VerdictLine = {
  schema: "ringfence.verdict/v1",
  time: "",
  level: "warning",
  msg: "",
  host: "",
  ringfencePid: 1,
  labels: {},
  action: "deny",
  outcome: "denied",
  wouldBe: "deny",
  mode: "enforce",
  rule: null,
  shadowRule: null,
  reason: "policy",
  hook: "connect",
  protocol: "tcp",
  address: "127.0.0.1",
  port: 20_005,
  domain: null,
  exe: "",
  exeFlags: [],
  commandLine: null,
  execId: "",
  pid: 1,
  tid: 1,
  ppid: 1,
  comm: "node",
  parentComm: "",
  uid: 0,
  gid: 0,
  cgroupId: "",
  netns: 0,
  policyRevision: "",
};
const nothing = { refusedBy: null, reported: false };

test("evidenceOf goes by the port, whatever the address", () => {
  assert.deepEqual(evidenceOf(trial, [line], []), { refusedBy: "connect", reported: true });
  assert.deepEqual(evidenceOf(trial, [{ ...line, port: 20_006, address: trial.v4 }], []), nothing);
});

test("evidenceOf goes by the address where the protocol has no port", () => {
  const ping = { ...line, port: null, protocol: "icmp", hook: "packet" } as const;
  assert.deepEqual(evidenceOf(trial, [{ ...ping, address: trial.v4 }], []), {
    refusedBy: "packet",
    reported: true,
  });
  assert.deepEqual(evidenceOf(trial, [ping], []), nothing);
});

test("evidenceOf goes by the process's name where a verdict has no destination", () => {
  const created = { ...line, hook: "sock_create", address: null, port: null } as const;
  assert.deepEqual(evidenceOf(trial, [{ ...created, comm: commOf(trial) }], []), {
    refusedBy: "sock_create",
    reported: true,
  });
  assert.deepEqual(evidenceOf(trial, [{ ...created, comm: commOf({ port: 20_006 }) }], []), nothing);
});

test("evidenceOf takes a report's row for telling when it says would-deny, and not when it says allowed", () => {
  assert.deepEqual(evidenceOf(trial, [], [{ ...flow, outcome: "would-deny" }]), {
    refusedBy: null,
    reported: true,
  });
  assert.deepEqual(evidenceOf(trial, [], [flow]), nothing);
});
