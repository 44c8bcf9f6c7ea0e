import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { TestCgroup } from "./harness/cgroups.js";
import { isolated } from "./harness/isolated.js";
import { judge } from "./harness/judge.js";
import { profile, rules } from "./harness/profile.js";
import { timeout } from "./harness/timeout.js";

const node = realpathSync(process.execPath);
const bash = realpathSync("/bin/bash");
const rest = "allowed p/egress.default";

/** A deny for the process on that port, so that one run tells many keys apart. */
const denyOn = (port: number, process: unknown) => ({ deny: { process, ports: [port] } });

describe("ringfence run process keys of a policy", () => {
  test("match exe by path, star and double star", { timeout }, async () => {
    const policy = profile("p", {
      rules: rules({
        exact: denyOn(1001, { exe: node }),
        other: denyOn(1002, { exe: "/usr/bin/other-program" }),
        star: denyOn(1003, { exe: `${dirname(node)}/*` }),
        "star-in-name": denyOn(1004, { exe: `${dirname(node)}/n*e` }),
        "star-is-one-component": denyOn(1005, { exe: "/*" }),
        "double-star": denyOn(1006, { exe: "/**" }),
        "double-star-inside": denyOn(1007, { exe: `/**/${node.split("/").at(-1)}` }),
        list: denyOn(1008, { exe: ["/nowhere", node] }),
        prefix: denyOn(1009, { exe: node.slice(0, -1) }),
        longer: denyOn(1010, { exe: `${node}x` }),
      }),
    });
    await judge(
      {
        "tcp 127.0.0.1 1001": "denied p/exact",
        "tcp 127.0.0.1 1002": rest,
        "tcp 127.0.0.1 1003": "denied p/star",
        "tcp 127.0.0.1 1004": "denied p/star-in-name",
        "tcp 127.0.0.1 1005": rest,
        "tcp 127.0.0.1 1006": "denied p/double-star",
        "tcp 127.0.0.1 1007": "denied p/double-star-inside",
        "udp 127.0.0.1 1008": "denied p/list",
        "tcp 127.0.0.1 1009": rest,
        "tcp 127.0.0.1 1010": rest,
      },
      { policies: [policy], via: isolated },
    );
  });

  test("match comm, uid and gid as they are at the call", { timeout }, async () => {
    const policy = profile("p", {
      rules: rules({
        comm: denyOn(1001, { comm: "renamed" }),
        root: denyOn(1002, { uid: 0 }),
        range: denyOn(1003, { uid: "30-39" }),
        user: denyOn(1004, { uid: "nobody" }),
        "root-group": denyOn(1005, { gid: 0 }),
        group: denyOn(1006, { gid: "33" }),
        both: denyOn(1007, { uid: 33, gid: 33 }),
      }),
    });
    await judge(
      {
        "tcp 127.0.0.1 1001": rest,
        "comm renamed": "ok",
        "tcp 127.0.0.1 1001 # renamed": "denied p/comm",
        "comm renamed-again": "ok",
        "tcp 127.0.0.1 1001 # renamed again": rest,
        "tcp 127.0.0.1 1002": "denied p/root",
        "tcp 127.0.0.1 1003": rest,
        "tcp 127.0.0.1 1004": rest,
        "tcp 127.0.0.1 1005": "denied p/root-group",
        "tcp 127.0.0.1 1006": rest,
        "gid 33": "ok",
        "tcp 127.0.0.1 1005 # as group 33": rest,
        "tcp 127.0.0.1 1006 # as group 33": "denied p/group",
        "tcp 127.0.0.1 1007 # as group 33": rest,
        "uid 33": "ok",
        "tcp 127.0.0.1 1002 # as 33": rest,
        "tcp 127.0.0.1 1003 # as 33": "denied p/range",
        "udp 127.0.0.1 1007 # as 33": "denied p/both",
        "uid 65534": "EPERM",
        "uid 0": "ok",
        "uid 65534 # by way of 0": "ok",
        "udp 127.0.0.1 1003 # as nobody": rest,
        "udp 127.0.0.1 1004 # as nobody": "denied p/user",
      },
      { policies: [policy], via: isolated },
    );
  });

  test("match ancestor, and all keys of a map at once", { timeout }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    const policy = profile("p", {
      rules: rules({
        above: denyOn(1001, { ancestor: bash }),
        nobody: denyOn(1002, { ancestor: "/usr/bin/other-program" }),
        pattern: denyOn(1004, { ancestor: "/**/bas*" }),
        group: denyOn(1005, { cgroup: group.path }),
        "other-group": denyOn(1006, { cgroup: `${group.path}x` }),
        root: denyOn(1007, { cgroup: "/" }),
        "all-keys": denyOn(1008, {
          exe: node,
          uid: 0,
          gid: 0,
          ancestor: bash,
          cgroup: group.path,
          host: true,
        }),
        "one-key-wrong": denyOn(1009, { exe: node, uid: 1, gid: 0, ancestor: bash, host: true }),
        "list-of-maps": denyOn(1010, [{ uid: 1 }, { exe: node }]),
        host: denyOn(1011, { host: true }),
      }),
    });
    const wrapper = ["bash", "-c", '"$@"; exit "$?"', "bash"];
    await judge(
      {
        "tcp 127.0.0.1 1001": "denied p/above",
        "tcp 127.0.0.1 1002": rest,
        "tcp 127.0.0.1 1004": "denied p/pattern",
        "tcp 127.0.0.1 1005": rest,
        "tcp 127.0.0.1 1008": rest,
        [`write ${group.entry} 0`]: "ok",
        "tcp 127.0.0.1 1005 # moved": "denied p/group",
        "tcp 127.0.0.1 1006 # moved": rest,
        "tcp 127.0.0.1 1007 # moved": "denied p/root",
        "tcp 127.0.0.1 1008 # moved": "denied p/all-keys",
        "tcp 127.0.0.1 1009 # moved": rest,
        "tcp 127.0.0.1 1010": "denied p/list-of-maps",
        "tcp 127.0.0.1 1011": "denied p/host",
      },
      { policies: [policy], via: isolated, wrapper },
    );
  });

  test("match the cgroup of the run, with its subtree, and tell a container from the host", {
    timeout,
  }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    await using container = TestCgroup.make("c0ffee00".repeat(8), group.path);
    const policy = profile("p", {
      rules: rules({
        above: denyOn(1001, { cgroup: group.path }),
        exact: denyOn(1002, { cgroup: container.path }),
        sibling: denyOn(1003, { cgroup: `${group.path}/sibling` }),
        host: denyOn(1004, { host: true }),
      }),
    });
    const { report } = await judge(
      {
        "tcp 127.0.0.1 1001": "denied p/above",
        "tcp 127.0.0.1 1002": "denied p/exact",
        "tcp 127.0.0.1 1003": rest,
        "tcp 127.0.0.1 1004": rest,
      },
      { policies: [policy], via: [...container.via, ...isolated] },
    );
    assert.ok(
      report.warnings.some((text) => text.includes(`${group.path}/sibling`)),
      "no warning of the absent cgroup",
    );
  });

  test("narrow a whole profile by its subject", { timeout }, async () => {
    const closed = (subject: unknown) => ({ subject, default: "deny" as const });
    const matching = profile("matching", { ...closed({ uid: 33, exe: node }) });
    const outside = profile("outside", { ...closed([{ uid: 1 }, { exe: "/usr/bin/other-program" }]) });
    const hosts = profile("group", closed({ gid: 33 }));
    const comm = profile("comm", closed({ comm: "renamed" }));
    await judge(
      {
        "tcp 127.0.0.1 1001": "allowed -",
        "comm renamed": "ok",
        "tcp 127.0.0.1 1001 # renamed": "denied comm/egress.default",
        "comm other": "ok",
        "gid 33": "ok",
        "udp 127.0.0.1 1001 # group": "denied group/egress.default",
        "gid 0": "ok",
        "uid 33": "ok",
        "udp 127.0.0.1 1002 # user": "denied matching/egress.default",
      },
      { policies: [matching, `${outside}\n---\n${hosts}`, comm], via: isolated },
    );
  });
});
