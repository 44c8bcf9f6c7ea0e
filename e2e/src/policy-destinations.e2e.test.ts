import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isolated } from "./harness/isolated.js";
import { judge } from "./harness/judge.js";
import { profile, rules } from "./harness/profile.js";
import { timeout } from "./harness/timeout.js";

describe("ringfence run destinations of a policy", () => {
  test("allow what `to`, `ports` and `protocol` say and nothing else", { timeout }, async () => {
    const policy = profile("p", {
      default: "deny",
      rules: rules({
        address: { allow: { to: ["192.0.2.1"] } },
        address6: { allow: { to: ["2001:db8::1"] } },
        block: { allow: { to: ["198.51.100.0/25"] } },
        block6: { allow: { to: ["2001:db8:1::/48"] } },
        localhost: { allow: { to: ["localhost"], ports: [1001] } },
        private: { allow: { to: ["private"], ports: [1002] } },
        any: { allow: { to: ["any"], ports: [1003] } },
        number: { allow: { to: ["203.0.113.1"], ports: [2000, 2002] } },
        range: { allow: { to: ["203.0.113.1"], ports: ["3000-3002"] } },
        suffix: { allow: { to: ["203.0.113.1"], ports: ["4000/udp", "4001/tcp"] } },
        service: { allow: { to: ["203.0.113.1"], ports: ["https"] } },
        tcp: { allow: { to: ["203.0.113.2"], protocol: "tcp" } },
        udp: { allow: { to: ["203.0.113.3"], protocol: "udp" } },
        icmp: { allow: { to: ["127.0.0.9", "::1"], protocol: "icmp" } },
      }),
    });
    const denied = "denied p/egress.default";
    await judge(
      {
        "tcp 192.0.2.1 80": "allowed p/address",
        "udp 192.0.2.1 80": "allowed p/address",
        "tcp 192.0.2.2 80": denied,
        "tcp 192.0.2.0 80": denied,
        "tcp 2001:db8::1 80": "allowed p/address6",
        "udp 2001:db8::2 80": denied,
        "tcp 198.51.100.0 80": "allowed p/block",
        "udp 198.51.100.127 80": "allowed p/block",
        "tcp 198.51.100.128 80": denied,
        "udp 198.51.99.255 80": denied,
        "tcp 2001:db8:1:ffff:ffff:ffff:ffff:ffff 80": "allowed p/block6",
        "tcp 2001:db8:2:: 80": denied,
        "tcp 127.0.0.1 1001": "allowed p/localhost",
        "tcp 127.255.255.254 1001": "allowed p/localhost",
        "tcp ::1 1001": "allowed p/localhost",
        "tcp 128.0.0.1 1001": denied,
        "udp ::2 1001": denied,
        "tcp 10.1.2.3 1002": "allowed p/private",
        "tcp 172.31.255.255 1002": "allowed p/private",
        "tcp 192.168.0.1 1002": "allowed p/private",
        "tcp 100.64.0.1 1002": "allowed p/private",
        "tcp 169.254.169.254 1002": "allowed p/private",
        "tcp fd00::1 1002": "allowed p/private",
        "udp fe80::1 1002": "allowed p/private",
        "tcp 172.32.0.1 1002": denied,
        "tcp 11.0.0.1 1002": denied,
        "tcp 192.0.2.9 1003": "allowed p/any",
        "udp 2001:db8:9::9 1003": "allowed p/any",
        "tcp 203.0.113.1 2000": "allowed p/number",
        "tcp 203.0.113.1 2001": denied,
        "udp 203.0.113.1 2002": "allowed p/number",
        "tcp 203.0.113.1 2999": denied,
        "tcp 203.0.113.1 3000": "allowed p/range",
        "udp 203.0.113.1 3002": "allowed p/range",
        "tcp 203.0.113.1 3003": denied,
        "udp 203.0.113.1 4000": "allowed p/suffix",
        "tcp 203.0.113.1 4000": denied,
        "tcp 203.0.113.1 4001": "allowed p/suffix",
        "udp 203.0.113.1 4001": denied,
        "tcp 203.0.113.1 443": "allowed p/service",
        "tcp 203.0.113.1 444": denied,
        "tcp 203.0.113.2 5000": "allowed p/tcp",
        "udp 203.0.113.2 5000": denied,
        "udp 203.0.113.3 5000": "allowed p/udp",
        "tcp 203.0.113.3 5000": denied,
        "ping 127.0.0.9": "allowed p/icmp",
        "ping ::1": "allowed p/icmp",
        "ping 127.0.0.8": denied,
        "tcp 127.0.0.9 5000": denied,
        "udp 127.0.0.9 5000": denied,
      },
      { policies: [policy], via: isolated },
    );
  });

  test("answer to the embedded address of NAT64 and to the v4-mapped one", { timeout }, async () => {
    const policy = profile("p", {
      rules: rules({ metadata: { deny: { to: ["169.254.169.254"] } } }),
    });
    const { report } = await judge(
      {
        "tcp 169.254.169.254 80": "denied p/metadata",
        "tcp 64:ff9b::a9fe:a9fe 80": "denied p/metadata",
        "tcp 64:ff9b::a9fe:a9fd 80": "allowed p/egress.default",
      },
      { policies: [policy], via: isolated },
    );
    assert.equal(report.totals.denied, 2);
  });

  test("let a deny win over every allow, also of another profile", { timeout }, async () => {
    const first = profile("first", {
      default: "deny",
      rules: rules({
        wide: { allow: { to: ["198.51.100.0/24"] } },
        narrow: { deny: { to: ["198.51.100.7"] } },
      }),
    });
    const second = profile("second", {
      default: "allow",
      rules: rules({ more: { allow: { to: ["203.0.113.0/24"] } }, less: { deny: { ports: [99] } } }),
    });
    await judge(
      {
        "tcp 198.51.100.6 80": "allowed first/wide",
        "tcp 198.51.100.7 80": "denied first/narrow",
        "tcp 198.51.100.6 99": "denied second/less",
        "tcp 203.0.113.7 80": "allowed second/more",
        "tcp 192.0.2.1 80": "denied first/egress.default",
      },
      { policies: [`${first}\n---\n${second}`], via: isolated },
    );
  });
});
