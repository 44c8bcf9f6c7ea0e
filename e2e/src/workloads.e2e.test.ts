import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { AgentEvent } from "@ringfence/model";
import { TestAgent } from "./harness/agent.js";
import { untilInForce, workloadsInForce } from "./harness/agent-workloads.js";
import { TestCgroup } from "./harness/cgroups.js";
import { containerProfile, outcome, tryTo } from "./harness/container-tries.js";
import { ringfencePath } from "./harness/paths.js";
import { Podman } from "./harness/podman.js";
import { runProcess } from "./harness/run-process.js";
import { noContainers, Runc } from "./harness/runc.js";
import { SlowServer } from "./harness/slow-server.js";
import { timeout } from "./harness/timeout.js";

const profiles = {
  "billing.yaml": containerProfile("billing", "{ container: { name: billing } }", "10.0.0.1"),
  "web.yaml": containerProfile("web", "{ container: { label: { app: web } } }", "10.0.0.2"),
};

/** The events that were written so far. */
function eventsOf(agent: TestAgent): readonly AgentEvent[] {
  const lines = agent.history().split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as AgentEvent);
}

async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

async function knows(agent: TestAgent, name: string): Promise<boolean> {
  return await untilInForce(agent, (all) => all.some(({ container }) => container?.name === name));
}

async function knowsNone(agent: TestAgent): Promise<boolean> {
  return await untilInForce(agent, (all) => all.length === 0);
}

describe("an agent and containers of runc", { skip: noContainers("runc") ?? false }, () => {
  const cleanups: (() => unknown)[] = [];
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });
  const begin = (name: string, files: Readonly<Record<string, string>> = profiles) => {
    const agent = new TestAgent(name, files);
    cleanups.push(() => agent[Symbol.asyncDispose]());
    const runc = new Runc(agent.folder);
    cleanups.push(() => runc[Symbol.dispose]());
    const place = (container: string) => `${agent.cgroup.path}/${container}`;
    return { agent, runc, place };
  };

  test("give each container its profile, by name and by label, before it and after it", {
    timeout,
  }, async () => {
    const { agent, runc, place } = begin("profiles");
    const sleep = ["/bin/sleep", "600"];
    const web = { name: "shop", cgroup: place("shop"), annotations: { app: "web" }, command: sleep };
    runc.create(web);
    runc.start("shop");
    await agent.start();
    runc.create({ name: "billing", cgroup: place("billing"), command: sleep });
    assert.ok(await knows(agent, "billing"));
    runc.start("billing");
    const other = { name: "other", cgroup: place("other"), command: sleep };
    runc.create(other);
    assert.ok(await knows(agent, "other"));
    runc.start("other");
    const seen: Record<string, string[]> = {};
    for (const name of ["shop", "billing", "other"]) {
      seen[name] = [];
      for (const address of ["10.0.0.1", "10.0.0.2"]) {
        seen[name].push(outcome(await runc.exec(name, tryTo(address))));
      }
    }
    assert.deepEqual(seen, {
      shop: ["denied", "allowed"],
      billing: ["allowed", "denied"],
      other: ["allowed", "allowed"],
    });
    const known = (await workloadsInForce(agent))?.map(({ kind, runtime, container }) => [
      kind,
      runtime,
      container?.name,
      container?.labels,
    ]);
    const why = await runProcess(ringfencePath, [
      ...[
        "explain",
        "--config",
        agent.config,
        "--pid",
        String(runc.pidOf("shop")),
        "--flow",
        "tcp 10.0.0.1:80",
      ],
    ]);
    assert.match(why.stdout, /^denied\n {2}by web\/egress\.default/, why.stderr);
    runc.remove("shop");
    const life = (name: string) =>
      eventsOf(agent).flatMap((event) =>
        event.type === "workload" && event.workload.name === name
          ? [
              [
                event.change,
                event.workload.runtime,
                event.workload.labels,
                event.workload.cgroup,
                event.profiles,
              ],
            ]
          : [],
      );
    assert.ok(await eventually(async () => life("shop").length === 2));
    assert.deepEqual(life("shop"), [
      ["present", "runc", { app: "web" }, place("shop"), ["web"]],
      ["ended", "runc", { app: "web" }, place("shop"), ["web"]],
    ]);
    assert.deepEqual(life("billing"), [["started", "runc", {}, place("billing"), ["billing"]]]);
    assert.deepEqual(life("other"), [["started", "runc", {}, place("other"), []]]);
    const rows = await runProcess(ringfencePath, [
      "observe",
      "--config",
      agent.config,
      "--profile",
      "web",
      "--type",
      "workload",
    ]);
    assert.match(
      rows.stdout,
      /workload +shop +container shop runs \(runc, cgroup .*\/shop\) +web\n.*container shop ended/,
    );
    assert.deepEqual(known, [
      ["container", "runc", "billing", {}],
      ["container", "runc", "other", {}],
      ["container", "runc", "shop", { app: "web" }],
    ]);
  });

  test("deny the first instruction of a container, whoever it turns out to be, while nobody classifies it", {
    timeout,
  }, async () => {
    const { agent, runc, place } = begin("first");
    await agent.start();
    assert.equal(
      outcome(await runc.run({ name: "billing", cgroup: place("billing"), command: tryTo("10.0.0.9") })),
      "denied",
    );
    process.kill(agent.pid, "SIGSTOP");
    const other = { name: "other", cgroup: place("other"), command: tryTo("10.0.0.1") };
    assert.equal(outcome(await runc.run(other)), "denied");
    await using unit = TestCgroup.make("rf-test.service", agent.cgroup.path);
    const inUnit = await runProcess("unshare", ["--net", "busybox", "nc", "-w", "1", "10.0.0.1", "80"], {
      via: unit.via,
    });
    assert.equal(outcome(inUnit), "allowed");
    process.kill(agent.pid, "SIGCONT");
  });

  test("cover a container when the first profile that asks for one comes later", { timeout }, async () => {
    const { agent, runc, place } = begin("later", {
      "other.yaml": containerProfile("other", "{ uid: 4242 }", "10.0.0.1"),
    });
    await agent.start();
    runc.create({ name: "billing", cgroup: place("billing"), command: ["/bin/sleep", "600"] });
    assert.ok(await knows(agent, "billing"));
    runc.start("billing");
    assert.equal(outcome(await runc.exec("billing", tryTo("10.0.0.2"))), "allowed");
    agent.writeProfile("billing.yaml", profiles["billing.yaml"]);
    const isDenied = async () => outcome(await runc.exec("billing", tryTo("10.0.0.2"))) === "denied";
    assert.ok(await eventually(isDenied));
    const isAllowed = async () => outcome(await runc.exec("billing", tryTo("10.0.0.1"))) === "allowed";
    assert.ok(await eventually(isAllowed));
  });

  test("let arrive what a container sent before its end, though the host may not send it", {
    timeout,
  }, async () => {
    const { agent, runc, place } = begin("sent", {
      "billing.yaml": containerProfile("billing", "{ container: { name: billing } }", "127.0.0.1"),
      "host.yaml": containerProfile("host", "{ host: true }", "10.0.0.1"),
    });
    await agent.start();
    runc.create({ name: "billing", cgroup: place("billing"), command: ["/bin/sleep", "600"] });
    assert.ok(await knows(agent, "billing"));
    runc.start("billing");
    await using server = await SlowServer.start(runc.pidOf("billing"));
    const endless = `while :; do echo ${"x".repeat(1000)}; done | nc 127.0.0.1 ${server.port}`;
    const sending = runc.exec("billing", ["/bin/sh", "-c", endless]);
    await server.accepted();
    runc.remove("billing");
    assert.ok(await knowsNone(agent));
    await sending;
    assert.match(await server.rest(), /^\d{5,} bytes and the end$/);
  });

  test("cover a container again after it was made anew, and forget the one before", { timeout }, async () => {
    const { agent, runc, place } = begin("again");
    await agent.start();
    const container = { name: "billing", cgroup: place("billing"), command: tryTo("10.0.0.2") };
    for (let round = 0; round < 3; round++) {
      runc.create({ ...container, command: ["/bin/sleep", "600"] });
      assert.ok(await knows(agent, "billing"));
      assert.equal(outcome(await runc.exec("billing", tryTo("10.0.0.2"))), "denied");
      assert.equal(outcome(await runc.exec("billing", tryTo("10.0.0.1"))), "allowed");
      runc.remove("billing");
      assert.ok(await knowsNone(agent));
    }
  });
});

describe("an agent and containers of podman", { skip: noContainers("podman") ?? false }, () => {
  test("give a container its profile by name, image and label", { timeout }, async () => {
    await using agent = new TestAgent("podman", {
      "billing.yaml": containerProfile(
        "billing",
        "{ container: { name: billing, image: localhost/busy } }",
        "10.0.0.1",
      ),
      "web.yaml": containerProfile("web", "{ container: { label: { app: web } } }", "10.0.0.2"),
    });
    await using podman = new Podman(agent.folder, agent.cgroup.path);
    await podman.makeImage();
    await agent.start();
    const run = (name: string, ...options: readonly string[]) =>
      podman.run(name, ["/bin/sleep", "600"], ["-d", ...options]);
    const started = [await run("billing"), await run("shop", "--label", "app=web")];
    for (const { code, stderr } of started) assert.equal(code, 0, stderr);
    for (const name of ["billing", "shop"]) assert.ok(await knows(agent, name), name);
    const seen: string[] = [];
    for (const name of ["billing", "shop"]) {
      for (const address of ["10.0.0.1", "10.0.0.2"]) {
        seen.push(`${name} ${address} ${outcome(await podman.call("exec", name, ...tryTo(address)))}`);
      }
    }
    assert.deepEqual(seen, [
      "billing 10.0.0.1 allowed",
      "billing 10.0.0.2 denied",
      "shop 10.0.0.1 denied",
      "shop 10.0.0.2 allowed",
    ]);
  });
});
