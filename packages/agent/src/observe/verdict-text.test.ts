import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reason, VerdictDirection } from "@ringfence/model";
import type { NameStanding } from "./name-standing.js";
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
  const text = (direction: VerdictDirection, outcome: "allowed" | "denied") =>
    verdictText({ ...flow, direction, outcome });
  assert.equal(text("egress", "denied"), "/usr/bin/x may not reach tcp 10.0.0.1 port 80");
  assert.equal(text("ingress", "denied"), "/usr/bin/x may not be reached by tcp 10.0.0.1 on port 80");
  assert.equal(text("listen", "allowed"), "/usr/bin/x may listen on tcp 10.0.0.1 port 80");
  assert.match(text("query", "denied"), /x may not ask tcp 10\.0\.0\.1 port 80 for a name/);
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

test("verdictText says by which name an address was judged, or what a name could do", () => {
  const text = (standing: NameStanding, more: object = {}) =>
    verdictText({ ...flow, direction: "egress", outcome: "denied", ...more }, standing);
  const may = "/usr/bin/x may not reach tcp 10.0.0.1 port 80";
  assert.equal(text({ kind: "irrelevant" }), may);
  assert.equal(text({ kind: "judged", name: "a.example" }), `${may} as a.example`);
  assert.equal(text({ kind: "judged", name: null }), `${may} as a name that was forgotten since`);
  assert.equal(
    text({ kind: "none" }),
    `${may}: the address has no name that was looked up here: use one that is allowed, or allow the address`,
  );
  const expired = { kind: "expired", name: "a.example", secondsAgo: 40, graceSeconds: 0 } as const;
  const advice = "look the name up again before connecting, or set names.grace";
  assert.equal(
    text(expired, { reason: "name-expired" }),
    `${may}: the address was learned for a.example, which is allowed and ran out 40 s ago (grace 0 s): ${advice}`,
  );
  assert.match(
    text({ ...expired, secondsAgo: null, name: null, graceSeconds: 300 }, { reason: "name-expired" }),
    /learned for a name that was forgotten since, which is allowed and had run out \(grace 300 s\)/,
  );
});

test("verdictText gives no advice about names where nothing was denied, or nothing leaves", () => {
  const text = (more: object) =>
    verdictText({ ...flow, direction: "egress", outcome: "denied", ...more }, { kind: "none" });
  assert.match(text({ outcome: "would-deny" }), /: the address has no name/);
  for (const change of [{ outcome: "allowed" }, { direction: "ingress" }, { reason: "source-route" }]) {
    assert.doesNotMatch(text(change), /no name/, JSON.stringify(change));
  }
});
