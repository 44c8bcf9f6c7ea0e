import assert from "node:assert/strict";
import { test } from "node:test";
import { verdictText } from "./verdict-text.js";

const flow = { exe: "/usr/bin/x", protocol: "tcp", address: "10.0.0.1", port: 80 } as const;

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

test("verdictText leaves out what a verdict is not about", () => {
  const outcome = "denied";
  assert.equal(
    verdictText({ ...flow, direction: "egress", outcome, address: null, port: null }),
    "/usr/bin/x may not reach tcp without one destination",
  );
});
