import assert from "node:assert/strict";
import { test } from "node:test";
import { layout } from "@ringfence/kernel";
import { parseAddress, toBytes16 } from "@ringfence/model";
import { PolicyNames } from "./policy-names.js";
import { type FlowNames, reportFlows } from "./report-flows.js";

const { RF_ALLOW, RF_DENY } = layout.rf_action;

const names: FlowNames = {
  policies: new PolicyNames([
    {
      revision: "r1",
      bits: [{ ruleId: "p/deny" }, { ruleId: "p/allow" }, { ruleId: "p/egress.default" }],
      graceSeconds: null,
    },
    { revision: "r2", bits: [{ ruleId: "q/deny" }, { ruleId: "q/allow" }], graceSeconds: null },
  ]),
  executables: { pathOf: (key) => `/bin/tool${key.hash[0]}` },
  commandLines: { get: (tgid) => (tgid === 1 ? "tool --one" : null) },
  domains: {
    textOf: () => null,
    expiryOf: () => null,
    of: (_, address) =>
      address[15] === 53
        ? [{ name: "example.com", askedBy: { tgid: 9, execNs: 5n, exe: { hash: [3n, 0n] } } }]
        : [],
  },
  bootId: "b0",
  toIso: (ns) => new Date(Number(ns)).toISOString(),
};

interface Change {
  readonly exe?: bigint;
  readonly tgid?: number;
  readonly address?: string;
  readonly port?: number;
  readonly protocol?: number;
  readonly bit?: number;
  readonly shadow?: number;
  readonly action?: number;
  readonly shadowAction?: number;
  readonly hook?: number;
  readonly direction?: number;
  readonly generation?: number;
  readonly first?: bigint;
  readonly last?: bigint;
  readonly verdicts?: bigint;
}

function flow(change: Change = {}): layout.rf_flow {
  const address = parseAddress(change.address ?? "10.0.0.1");
  assert.ok(address);
  const action = change.action ?? RF_ALLOW;
  const comm = Buffer.from("tool".padEnd(16, "\0"));
  return {
    key: {
      domain: 0n,
      exec_ns: 5n,
      address: toBytes16(address),
      tgid: change.tgid ?? 1,
      uid: 1000,
      bit: change.bit ?? 1,
      shadow_bit: change.shadow ?? change.bit ?? 1,
      port: change.port ?? 443,
      protocol: change.protocol ?? 6,
      reason: layout.rf_reason.RF_REASON_POLICY,
      action,
      shadow_action: change.shadowAction ?? action,
      hook: change.hook ?? layout.rf_hook.RF_HOOK_CONNECT,
      direction: change.direction ?? layout.rf_direction.RF_EGRESS,
      generation: change.generation ?? 1,
      unused: 0,
    },
    actor: {
      exe: { hash: [change.exe ?? 1n, 0n] },
      cgroup: 9n,
      exe_flags: layout.rf_exe_flag.RF_EXE_TRUSTED,
      parent_tgid: 77,
      gid: 1000,
      net_ns: 4,
      comm,
      parent_comm: comm,
    },
    verdicts: change.verdicts ?? 1n,
    sent_bytes: 10n,
    received_bytes: 20n,
    first_ns: change.first ?? 1n,
    last_ns: change.last ?? 2n,
    reference: 0,
    unused: 0,
  };
}

test("reportFlows joins processes of one executable and destination, with their counts and times", () => {
  const [row, ...others] = reportFlows([flow(), flow({ tgid: 2, verdicts: 4n, first: 0n, last: 9n })], names);
  assert.deepEqual(others, []);
  assert.equal(row?.verdicts, 5);
  assert.equal(row?.sentBytes, 20);
  assert.equal(row?.receivedBytes, 40);
  assert.equal(row?.firstSeen, new Date(0).toISOString());
  assert.equal(row?.lastSeen, new Date(9).toISOString());
  assert.equal(row?.processCount, 2);
  assert.deepEqual(
    row?.processes.map(({ pid, ppid, commandLine, execId }) => ({ pid, ppid, commandLine, execId })),
    [
      { pid: 1, ppid: 77, commandLine: "tool --one", execId: "b0-1-5" },
      { pid: 2, ppid: 77, commandLine: null, execId: "b0-2-5" },
    ],
  );
});

for (const [what, change] of [
  ["executable", { exe: 2n }],
  ["address", { address: "10.0.0.2" }],
  ["port", { port: 80 }],
  ["protocol", { protocol: 17 }],
  ["direction", { direction: layout.rf_direction.RF_INGRESS }],
  ["rule", { bit: 2 }],
  ["verdict", { action: RF_DENY, bit: 1 }],
] as const) {
  test(`reportFlows keeps rows that differ in ${what} apart`, () => {
    assert.equal(reportFlows([flow(), flow(change)], names).length, 2);
  });
}

test("reportFlows puts denied first, then what audit would change, then allowed", () => {
  const rows = reportFlows(
    [
      flow({ port: 1 }),
      flow({ port: 2, action: RF_DENY, bit: 0, shadowAction: RF_ALLOW }),
      flow({ port: 3, shadowAction: RF_DENY, shadow: 0 }),
      flow({ port: 4, action: RF_DENY, bit: 0 }),
    ],
    names,
  );
  assert.deepEqual(
    rows.map((row) => row.outcome),
    ["denied", "would-deny", "would-allow", "allowed"],
  );
});

test("reportFlows names the rule that decided, and the audited one where it differs", () => {
  const [row] = reportFlows([flow({ bit: 1, shadow: 0, shadowAction: RF_DENY })], names);
  assert.equal(row?.rule, "p/allow");
  assert.equal(row?.shadowRule, "p/deny");
});

test("reportFlows has no destination for a verdict about a socket, and no port for ICMP", () => {
  const [socket] = reportFlows([flow({ hook: layout.rf_hook.RF_HOOK_SOCK_CREATE })], names);
  assert.equal(socket?.address, null);
  const [ping] = reportFlows([flow({ protocol: 1, port: 0 })], names);
  assert.equal(ping?.port, null);
  assert.equal(ping?.protocol, "icmp");
});

test("reportFlows shows sixteen processes of a row and counts them all", () => {
  const [row] = reportFlows(
    Array.from({ length: 40 }, (_, index) => flow({ tgid: index + 1 })),
    names,
  );
  assert.equal(row?.processes.length, 16);
  assert.equal(row?.processCount, 40);
});

test("reportFlows names the rules of the policy that was in force, and keeps policies apart", () => {
  const rows = reportFlows([flow(), flow({ generation: 2 }), flow({ generation: 3 })], names);
  assert.deepEqual(
    rows.map(({ rule, policyRevision }) => [rule, policyRevision]),
    [
      ["p/allow", "r1"],
      ["q/allow", "r2"],
      [null, null],
    ],
  );
});
