import assert from "node:assert/strict";
import { test } from "node:test";
import { commOf } from "@ringfence/probe";
import { evidenceOf, type Verdict } from "./evidence.js";

const trial = { v4: "198.51.100.129", v6: "2001:db8:2::1", port: 20_005, mark: "mark" };
const flow: Verdict = {
  outcome: "allowed",
  hook: "sendmsg",
  protocol: "udp",
  address: "127.0.0.1",
  port: 20_005,
  reason: "policy",
};
const line = { ...flow, outcome: "denied", hook: "connect", comm: "node" } as const;
const nothing = { refusedBy: null, reported: false };

test("evidenceOf goes by the port, whatever the address", () => {
  assert.deepEqual(evidenceOf(trial, {}, [line], []), { refusedBy: "connect", reported: true });
  assert.deepEqual(evidenceOf(trial, {}, [{ ...line, port: 20_006, address: trial.v4 }], []), nothing);
});

test("evidenceOf goes by the address where the protocol has no port", () => {
  const ping = { ...line, port: null, protocol: "icmp", hook: "packet" } as const;
  assert.deepEqual(evidenceOf(trial, {}, [{ ...ping, address: trial.v4 }], []), {
    refusedBy: "packet",
    reported: true,
  });
  assert.deepEqual(evidenceOf(trial, {}, [ping], []), nothing);
});

test("evidenceOf goes by the process's name where a verdict has no destination", () => {
  const created = { ...line, hook: "sock_create", address: null, port: null } as const;
  assert.deepEqual(evidenceOf(trial, {}, [{ ...created, comm: commOf(trial) }], []), {
    refusedBy: "sock_create",
    reported: true,
  });
  assert.deepEqual(evidenceOf(trial, {}, [{ ...created, comm: commOf({ port: 20_006 }) }], []), nothing);
});

test("evidenceOf takes a report's row for telling when it says would-deny, and not when it says allowed", () => {
  assert.deepEqual(evidenceOf(trial, {}, [], [{ ...flow, outcome: "would-deny" }]), {
    refusedBy: null,
    reported: true,
  });
  assert.deepEqual(evidenceOf(trial, {}, [], [flow]), nothing);
});

test("evidenceOf goes by the address family of a dropped frame", () => {
  const frame = {
    ...flow,
    outcome: "denied",
    hook: "tc",
    protocol: "packet",
    address: null,
    port: null,
  } as const;
  const dropped = { ...frame, reason: "address-family" } as const;
  assert.deepEqual(evidenceOf(trial, { protocol: "PACKET" }, [], [dropped]), {
    refusedBy: "tc",
    reported: true,
  });
  assert.deepEqual(evidenceOf(trial, { protocol: "XDP" }, [], [dropped]), nothing);
  assert.deepEqual(evidenceOf(trial, { protocol: "PACKET" }, [], [frame]), nothing);
});
