import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentStatus } from "@ringfence/model";
import { renderStatus } from "./render-status.js";

const profile = {
  name: "web",
  mode: "enforce",
  file: "/p/web.yaml",
  rules: 1,
  processes: 3,
  cgroups: 2,
} as const;
const status: AgentStatus = {
  schema: "ringfence.status/v1",
  covered: true,
  reasons: [],
  agent: { pid: 7, version: "1.0.0", takenOver: false },
  hooks: { cgroup: "/", attached: ["a", "b"], undone: [] },
  generation: 4,
  revision: "abc",
  panic: null,
  confirmWithin: null,
  profiles: [profile, { ...profile, name: "new", mode: "audit", processes: 0, cgroups: 0 }],
  errors: [],
  warnings: [],
  losses: { events: 0, flows: 0 },
  degraded: [],
};

test("renderStatus says in ten lines that a host is covered, and by what", () => {
  assert.equal(
    renderStatus(status),
    `covered:   yes
agent:     pid 7, version 1.0.0
hooks:     2 attached at cgroup /
policy:    generation 4, revision abc, 2 profiles
  enforce  web: 3 processes in 2 cgroups, 1 rule
  audit    new: waiting for its first process, 1 rule
losses:    none
errors:    none
warnings:  none
degraded:  none
`,
  );
});

test("renderStatus says why a host is not covered, what was lost, and what waits", () => {
  const text = renderStatus({
    ...status,
    covered: false,
    reasons: ["no hook is attached", "no profile is enforced"],
    agent: null,
    hooks: { cgroup: "/", attached: ["a"], undone: ["b"] },
    generation: null,
    confirmWithin: 12,
    losses: { events: 3, flows: 0 },
    errors: ["one", "two"],
  });
  for (const line of [
    "covered:   NO: no hook is attached; no profile is enforced",
    "agent:     none answers; what is pinned stays in force, and nothing changes it",
    "hooks:     1 attached at cgroup /, 1 UNDONE: b",
    "pending:   a change is taken back in 12 s unless it is confirmed",
    "losses:    3 events",
    "errors:    one\n           two",
  ])
    assert.ok(text.includes(`${line}\n`), `${line} is missing in\n${text}`);
});
