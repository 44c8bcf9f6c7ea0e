import assert from "node:assert/strict";
import { test } from "node:test";
import type { Profile } from "@ringfence/model";
import { Random } from "../testing/random.js";
import { randomProcess } from "../testing/random-facts.js";
import { askedFacts, completeProcess } from "./complete-process.js";

test("completeProcess keeps what is given and names what is not", () => {
  const exe = { path: "/usr/bin/curl", trusted: false };
  const { process, assumed } = completeProcess({ exe, uid: 1000, ancestors: [] });
  assert.deepEqual(process, {
    exe,
    ancestors: [],
    comm: "curl",
    uid: 1000,
    gid: 0,
    cgroup: "/",
    container: false,
  });
  assert.deepEqual(assumed, ["comm", "gid", "cgroup", "container"]);
  const whole = randomProcess(new Random(1));
  assert.deepEqual(completeProcess(whole), { process: whole, assumed: [] });
});

test("completeProcess cuts the name of a task as the kernel does", () => {
  const commOf = (path: string) => completeProcess({ exe: { path, trusted: true } }).process.comm;
  assert.equal(commOf("/usr/bin/unattended-upgrades"), "unattended-upgr");
  assert.equal(commOf(`/opt/${"é".repeat(9)}`), "é".repeat(7));
  assert.equal(completeProcess({ exe: null }).process.comm, "");
});

test("askedFacts holds the facts of every condition, and none of a profile that is off", () => {
  const base = {
    mode: "enforce",
    subject: null,
    egress: null,
    ingress: null,
    listen: null,
    unattributed: null,
    names: null,
    dns: null,
  } as const;
  const destination = { to: null, ports: null, protocols: null };
  const rule = { id: "r", action: "deny", mode: "enforce", destination } as const;
  const profiles: readonly Profile[] = [
    { ...base, name: "a", subject: [{ host: true }, { uid: [{ from: 0, to: 0 }] }] },
    {
      ...base,
      name: "b",
      egress: { default: "deny", rules: [{ ...rule, process: [{ ancestor: ["/a"] }] }] },
    },
    { ...base, name: "c", mode: "off", subject: [{ comm: ["x"] }] },
  ];
  assert.deepEqual(askedFacts(profiles, "egress"), new Set(["container", "uid", "ancestors"]));
  assert.deepEqual(askedFacts(profiles, "ingress"), new Set(["container", "uid"]));
  assert.deepEqual(askedFacts(profiles, "unattributed"), new Set());
});
