import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cleanRun as run } from "./harness/clean-run.js";
import { isolated } from "./harness/isolated.js";
import { judge } from "./harness/judge.js";
import { timeout } from "./harness/timeout.js";

const refused = "exec 3<>/dev/tcp/127.0.0.1/1001";

describe("ringfence run options", () => {
  const rest = "denied run/egress.default";

  test("--allow takes every form of a destination", { timeout }, async () => {
    const forms = [
      "10.0.0.0/8",
      "192.0.2.1:8080",
      "[2001:db8::1]:443",
      "2001:db8:1::/48",
      "udp/192.0.2.2:53",
    ];
    forms.push(
      "localhost:1001",
      "private:1002",
      "any:1003",
      ":1004-1005",
      "192.0.2.3:https",
      "192.0.2.4:7/tcp",
    );
    const { report } = await judge(
      {
        "tcp 10.9.9.9 1": "allowed run/--allow",
        "tcp 11.9.9.9 1": rest,
        "tcp 192.0.2.1 8080": "allowed run/--allow",
        "tcp 192.0.2.1 8081": rest,
        "tcp 2001:db8::1 443": "allowed run/--allow",
        "tcp 2001:db8::1 444": rest,
        "udp 2001:db8:1::7 9": "allowed run/--allow",
        "udp 192.0.2.2 53": "allowed run/--allow",
        "tcp 192.0.2.2 53": rest,
        "tcp 127.0.0.1 1001": "allowed run/--allow",
        "tcp ::1 1001": "allowed run/--allow",
        "tcp 192.168.3.4 1002": "allowed run/--allow",
        "tcp 192.0.2.9 1003": "allowed run/--allow",
        "tcp 192.0.2.9 1005": "allowed run/--allow",
        "tcp 192.0.2.9 1006": rest,
        "tcp 192.0.2.3 443": "allowed run/--allow",
        "tcp 192.0.2.4 7": "allowed run/--allow",
        "udp 192.0.2.4 7": rest,
      },
      { options: forms.flatMap((form) => ["--allow", form]), via: isolated },
    );
    const named = new Set(report.flows.flatMap((flow) => flow.rule ?? []));
    assert.deepEqual(
      [...named].sort(),
      [...forms.map((form) => `run/--allow ${form}`), "run/egress.default"].sort(),
    );
  });

  test("--deny wins over --allow, and the default is allow without an --allow", { timeout }, async () => {
    await judge(
      {
        "tcp 127.0.0.1 1001": "denied run/--deny",
        "udp 127.0.0.1 1001": "allowed run/egress.default",
        "tcp 127.0.0.1 1002": "allowed run/egress.default",
      },
      { options: ["--deny", "tcp/127.0.0.0/8:1001"], via: isolated },
    );
    await judge(
      {
        "tcp 127.0.0.1 1001": "denied run/--deny",
        "tcp 127.0.0.1 1002": "allowed run/--allow",
        "tcp 192.0.2.1 1002": "allowed run/egress.default",
      },
      { options: ["--allow", "localhost", "--deny=:1001", "--default", "allow"], via: isolated },
    );
  });

  test("--mode audit lets all through and says what would be denied", { timeout }, async () => {
    const { report } = await judge(
      { "tcp 127.0.0.1 1001": "would-deny run/egress.default", "tcp 127.0.0.1 1002": "allowed -" },
      { options: ["--allow", ":1002", "--mode", "audit", "--fail-on-deny"], via: isolated },
    );
    assert.equal(report.totals.wouldDeny, 1);
  });

  test("--user drops to the user and its groups before the command", { timeout }, async () => {
    const command = `id -u; id -g; id -G; grep -E "^Cap(Eff|Prm|Bnd)" /proc/self/status; ${refused}`;
    const { stdout, stderr, code } = await run([
      "--user",
      "nobody",
      "--default",
      "deny",
      "--report",
      "json",
      "--",
      "bash",
      "-c",
      command,
    ]);
    assert.equal(code, 1);
    const [uid, gid, groups, permitted, effective] = stdout.split("\n");
    assert.deepEqual([uid, gid, groups], ["65534", "65534", "65534"]);
    assert.match(permitted ?? "", /^CapPrm:\s0+$/);
    assert.match(effective ?? "", /^CapEff:\s0+$/);
    const report = JSON.parse(stderr.slice(stderr.indexOf("{"))) as {
      flows: { processes: { uid: number }[] }[];
    };
    assert.equal(report.flows[0]?.processes[0]?.uid, 65534);
  });
});
