import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentEvent } from "./agent-event.js";
import { type EventFilter, eventMatcher } from "./event-filter.js";

const process = { pid: 12, exe: "/usr/bin/curl", comm: "curl" };
const verdict = {
  type: "verdict",
  outcome: "denied",
  process,
  address: "10.0.0.7",
  port: 443,
  domain: "www.example.com",
  rule: "web/egress.default",
  shadowRule: null,
} as unknown as AgentEvent;
const dns = {
  type: "dns",
  process,
  name: "a.example.com",
  resolver: "10.0.0.53",
  rule: null,
} as unknown as AgentEvent;
const policy = { type: "policy", profile: "web" } as unknown as AgentEvent;
const workload: AgentEvent = {
  schema: "ringfence.event/v1",
  type: "workload",
  time: "2026-11-26T10:00:00.000Z",
  level: "info",
  msg: "container shop started",
  host: "h",
  labels: {},
  sequence: 1,
  bootId: "b0",
  bootMs: 1,
  change: "started",
  workload: {
    kind: "container",
    runtime: "runc",
    id: "c1",
    name: "shop",
    image: "",
    labels: {},
    cgroup: "/c",
  },
  profiles: ["base", "web"],
};

function kinds(filter: EventFilter): string[] {
  return [verdict, dns, policy, workload].filter(eventMatcher(filter)).map(({ type }) => type);
}

test("eventMatcher takes the keys that are there, and all of them", () => {
  const table: readonly [EventFilter, readonly string[]][] = [
    [{}, ["verdict", "dns", "policy", "workload"]],
    [{ types: ["dns", "policy"] }, ["dns", "policy"]],
    [{ process: "12" }, ["verdict", "dns"]],
    [{ process: "1" }, []],
    [{ process: "curl" }, ["verdict", "dns"]],
    [{ process: "/usr/*" }, ["verdict", "dns"]],
    [{ process: "/usr" }, []],
    [{ to: "10.0.0.0/24" }, ["verdict", "dns"]],
    [{ to: "10.0.0.7" }, ["verdict"]],
    [{ to: ":443" }, ["verdict"]],
    [{ to: "*.EXAMPLE.com" }, ["verdict", "dns"]],
    [{ to: "example.com" }, []],
    [{ verdicts: ["denied"] }, ["verdict"]],
    [{ verdicts: ["allowed"] }, []],
    [{ profile: "web" }, ["verdict", "policy", "workload"]],
    [{ profile: "we" }, []],
    [{ to: ":443", process: "wget" }, []],
  ];
  for (const [filter, expected] of table) assert.deepEqual(kinds(filter), expected, JSON.stringify(filter));
});
