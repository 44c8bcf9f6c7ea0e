import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isolated } from "./harness/isolated.js";
import { judge } from "./harness/judge.js";
import { profile, rules } from "./harness/profile.js";
import { timeout } from "./harness/timeout.js";

describe("ringfence run modes of a policy", () => {
  test("enforce, audit and off side by side, and audited rules", { timeout }, async () => {
    const enforced = profile("enforced", {
      rules: rules({
        closed: { deny: { ports: [1001] } },
        tried: { mode: "audit", deny: { ports: [1002] } },
        locked: { deny: { to: ["127.0.0.3"] } },
      }),
    });
    const audited = profile("audited", {
      mode: "audit",
      rules: rules({ watched: { deny: { ports: [1003] } } }),
    });
    const off = profile("off", {
      mode: "off",
      default: "deny",
      rules: rules({ all: { deny: { to: ["any"] } } }),
    });
    const { report, log } = await judge(
      {
        "tcp 127.0.0.1 1001": "denied enforced/closed",
        "tcp 127.0.0.1 1002": "would-deny enforced/tried",
        "udp 127.0.0.1 1003": "would-deny audited/watched",
        "tcp 127.0.0.1 1004": "allowed enforced/egress.default",
        "tcp 127.0.0.3 1004": "denied enforced/locked",
      },
      { policies: [enforced, audited, off], via: isolated },
    );
    assert.equal(report.mode, "mixed");
    assert.deepEqual(report.totals, { allowed: 1, denied: 2, wouldDeny: 2, wouldAllow: 0 });
    assert.deepEqual(
      report.policy.profiles.map(({ name, mode }) => `${name} ${mode}`),
      ["enforced enforce", "audited audit", "off off"],
    );
    const audits = log.filter((line) => line.outcome === "would-deny");
    assert.deepEqual(
      audits.map(({ action, wouldBe, shadowRule }) => `${action} ${wouldBe} ${shadowRule}`),
      ["allow deny enforced/tried", "allow deny audited/watched"],
    );
  });

  test("say what an audited allow would let through", { timeout }, async () => {
    const policy = profile("p", {
      default: "deny",
      rules: rules({
        opened: { mode: "audit", allow: { ports: [1001] } },
        open: { allow: { ports: [1002] } },
      }),
    });
    const { report } = await judge(
      {
        "tcp 127.0.0.1 1001": "would-allow p/opened",
        "tcp 127.0.0.1 1002": "allowed p/open",
        "udp 127.0.0.1 1003": "denied p/egress.default",
      },
      { policies: [policy], via: isolated },
    );
    assert.equal(report.totals.wouldAllow, 1);
    assert.deepEqual(
      report.flows.map((flow) => flow.outcome),
      ["denied", "would-allow", "allowed"],
    );
  });

  test("refuse nothing under --mode audit, whatever the files say", { timeout }, async () => {
    const policy = profile("p", { default: "deny", rules: rules({ open: { allow: { ports: [1002] } } }) });
    const { report } = await judge(
      {
        "tcp 127.0.0.1 1001": "would-deny p/egress.default",
        "udp 127.0.0.1 1001": "would-deny p/egress.default",
        "tcp 127.0.0.1 1002": "allowed -",
      },
      { policies: [policy], via: isolated, options: ["--mode", "audit"] },
    );
    assert.equal(report.mode, "audit");
    assert.equal(report.flows.find((flow) => flow.port === 1002)?.shadowRule, "p/open");
  });

  test("refuse under --mode enforce what an audit profile denies", { timeout }, async () => {
    const policy = profile("p", { mode: "audit", default: "deny" });
    await judge(
      { "tcp 127.0.0.1 1001": "denied p/egress.default" },
      { policies: [policy], via: isolated, options: ["--mode", "enforce"] },
    );
  });
});
