import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reason } from "@ringfence/model";
import { verdictText } from "./verdict-text.js";

const flow = {
  exe: "/usr/bin/x",
  protocol: "tcp",
  address: "10.0.0.1",
  port: 80,
  reason: "policy",
  hook: "connect",
} as const;

test("verdictText says in words who may do what", () => {
  const text = (direction: "egress" | "ingress" | "listen" | "unattributed", outcome: "allowed" | "denied") =>
    verdictText({ ...flow, direction, outcome });
  assert.equal(text("egress", "denied"), "/usr/bin/x may not reach tcp 10.0.0.1 port 80");
  assert.equal(text("ingress", "denied"), "/usr/bin/x may not be reached by tcp 10.0.0.1 on port 80");
  assert.equal(text("listen", "allowed"), "/usr/bin/x may listen on tcp 10.0.0.1 port 80");
  assert.equal(
    text("unattributed", "denied"),
    "A socket of no process may not be reached by tcp 10.0.0.1 on port 80",
  );
});

test("verdictText says of a verdict without a destination what the socket was used for", () => {
  const text = (reason: Reason, more: object = {}) =>
    verdictText({
      ...flow,
      direction: "egress",
      outcome: "denied",
      address: null,
      port: null,
      reason,
      ...more,
    });
  const advice = "which no rule can allow: run it outside, or under a policy that denies nothing";
  assert.equal(
    text("address-family", { protocol: "packet", hook: "tc" }),
    `/usr/bin/x may not send through a packet socket at an interface, ${advice}`,
  );
  assert.equal(
    text("address-family", { protocol: "vsock", hook: "socket_create", outcome: "would-deny" }),
    `/usr/bin/x may, and under the audited rules may not, use a vsock socket, ${advice}`,
  );
  assert.equal(
    text("device", { protocol: "tun", hook: "device" }),
    "/usr/bin/x may not open a tun device, which no rule can allow: run it outside, or with --privileged under a policy that denies nothing",
  );
  assert.match(text("device", { protocol: "later", hook: "device" }), /start it after the driver$/);
  assert.equal(
    text("outside-cgroup", { protocol: "udp" }),
    "/usr/bin/x may not make a udp socket in another cgroup than the run's: use --packet-hooks all",
  );
  assert.equal(text("source-route"), "/usr/bin/x may not set a source route on a tcp socket");
  assert.equal(text("borrowed"), "/usr/bin/x may not use a tcp socket that was made outside");
  assert.equal(text("policy"), "/usr/bin/x may not use a tcp socket");
});
