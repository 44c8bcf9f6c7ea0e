import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { PinFolder } from "@ringfence/agent";
import { BpfLink, RawMap } from "@ringfence/kernel";
import { TestAgent } from "./harness/agent.js";
import { linkIds } from "./harness/bpf-links.js";
import { canReset } from "./harness/can-reset.js";
import { TestCgroup } from "./harness/cgroups.js";
import { CommandedProcess } from "./harness/commanded-process.js";
import { EchoServers } from "./harness/echo-servers.js";
import { attachRefusal, cgroupHooks } from "./harness/exclusive-program.js";
import { inVm } from "./harness/in-vm.js";
import { nameSteps, outcomesOf } from "./harness/name-client.js";
import { program } from "./harness/paths.js";
import { RESOLVER, ResolverNetwork } from "./harness/resolver-network.js";
import { runProcess } from "./harness/run-process.js";
import { agentCgroup } from "./harness/sweep.js";
import { timeout } from "./harness/timeout.js";
import { makeTunFile } from "./harness/tun-file.js";
import { until } from "./harness/until.js";

const network = new ResolverNetwork();
after(() => network[Symbol.asyncDispose]());

/** A daemon: what it listens on its parent made, which ends. It sends back what it gets. */
const DAEMON = `
import os, socket
s = socket.create_server(("127.0.0.1", 0))
if os.fork():
    print(s.getsockname()[1], flush=True)
    os._exit(0)
s.settimeout(60)
c = s.accept()[0]
c.send(c.recv(1))
`;

const profile = (spec: string) => `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: tested }
spec:
  mode: enforce
${spec}`;

const egress = (cgroup: string, rule: string) =>
  profile(`  subject: { cgroup: ${cgroup} }
  egress:
    default: deny
    rules:
      - name: only
        allow: ${rule}
`);

describe("ringfence agent, of a host", () => {
  before(makeTunFile);

  test("judges what is connected when it starts, by who holds it", { timeout }, async () => {
    await using allowed = await EchoServers.start();
    await using denied = await EchoServers.start();
    await using agent = new TestAgent("before");
    await using inmate = new CommandedProcess(agent.cgroup.via);
    for (const [name, servers] of Object.entries({ allowed, denied })) {
      assert.equal(await inmate.do("tcp", `${name}-tcp`, servers.tcp4.port), "ok");
      assert.equal(await inmate.do("udp", `${name}-udp`, servers.udp4.port), "ok");
      for (const kind of ["tcp", "udp"]) assert.equal(await inmate.do("echo", `${name}-${kind}`), "ok");
    }
    const ports = `[${allowed.tcp4.port}/tcp, ${allowed.udp4.port}/udp]`;
    agent.writeProfile("tested.yaml", egress(agent.cgroup.path, `{ to: [127.0.0.1], ports: ${ports} }`));
    await agent.start();
    assert.equal(await inmate.do("echo", "allowed-tcp"), "ok");
    assert.equal(await inmate.do("echo", "allowed-udp"), "ok");
    const refused = canReset() ? "Software caused connection abort" : "timed out";
    assert.equal(await inmate.do("echo", "denied-tcp"), refused);
    const ended = canReset() ? "Destination address required" : "Operation not permitted";
    assert.equal(await inmate.do("echo", "denied-udp"), ended);
  });

  test("takes a connection that came in before it for no outgoing one", { timeout }, async () => {
    await using agent = new TestAgent("servers");
    await using server = new CommandedProcess(agent.cgroup.via);
    await using client = new CommandedProcess(["env"]);
    const port = await server.do("listen", "server");
    assert.equal(await client.do("tcp", "first", port), "ok");
    assert.equal(await server.do("accept", "server", "first"), "ok");
    agent.writeProfile("tested.yaml", egress(agent.cgroup.path, "{ to: [192.0.2.1] }"));
    await agent.start();
    const pong = server.do("echo", "first");
    assert.equal(await client.do("echo", "first"), "ok");
    assert.equal(await pong, "ok");
    assert.equal(await client.do("tcp", "second", port), "ok");
    assert.equal(await server.do("accept", "server", "second"), "ok");
  });

  for (const [who, address] of Object.entries({ denies: "192.0.2.1", allows: "127.0.0.1" }))
    test(`judges a connection that came in before it by who may come in: ${who} it`, {
      timeout,
    }, async () => {
      await using agent = new TestAgent(`came-in-${who}`);
      await using server = new CommandedProcess(agent.cgroup.via);
      await using client = new CommandedProcess(["env"]);
      const port = await server.do("listen", "server");
      assert.equal(await client.do("tcp", "first", port), "ok");
      assert.equal(await server.do("accept", "server", "first"), "ok");
      const ingress = `{ default: deny, rules: [{ name: only, allow: { from: [${address}] } }] }`;
      agent.writeProfile(
        "tested.yaml",
        profile(`  subject: { cgroup: ${agent.cgroup.path} }\n  ingress: ${ingress}\n`),
      );
      await agent.start();
      const pong = server.do("echo", "first");
      assert.equal((await client.do("echo", "first")) === "ok", who === "allows");
      assert.equal((await pong) === "ok", who === "allows");
    });

  test("takes nothing from whom no profile selects", { timeout }, async () => {
    await using agent = new TestAgent("others", {
      "tested.yaml": egress("/rf-nobody-is-here", "{ to: [192.0.2.1] }"),
    });
    await agent.start();
    await using inmate = new CommandedProcess(agent.cgroup.via);
    for (const way of ["route", "tun"]) assert.equal(await inmate.do(way, "x"), "ok", way);
    await using servers = await EchoServers.start();
    assert.equal(await inmate.do("tcp", "a", servers.tcp4.port), "ok");
    agent.writeProfile("tested.yaml", egress(agent.cgroup.path, "{ to: [192.0.2.1] }"));
    await agent.end("SIGKILL");
    await agent.start();
    for (const way of ["route", "tun"])
      assert.equal(await inmate.do(way, "x"), "Operation not permitted", way);
  });

  test("covers the whole host from the cgroup root", {
    timeout,
    skip: !inVm && "packet hooks at this machine's root carry its control traffic",
  }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("root", {}, { atRoot: true });
    await using inmate = new CommandedProcess(agent.cgroup.via);
    assert.equal(await inmate.do("tcp", "before", servers.tcp4.port), "ok");
    agent.writeProfile(
      "tested.yaml",
      egress(agent.cgroup.path, `{ to: [127.0.0.1], ports: [${servers.udp4.port}/udp] }`),
    );
    await agent.start();
    await using free = new CommandedProcess(["env"]);
    assert.equal(await free.do("tcp", "a", servers.tcp4.port), "ok");
    assert.equal(await free.do("echo", "a"), "ok");
    assert.notEqual(await inmate.do("echo", "before"), "ok");
    assert.equal(await inmate.do("tcp", "b", servers.tcp4.port), "Operation not permitted");
    assert.equal(await inmate.do("udp", "c", servers.udp4.port), "ok");
    assert.equal(await inmate.do("echo", "c"), "ok");
    await agent.end("SIGKILL");
    assert.equal(await inmate.do("tcp", "d", servers.tcp4.port), "Operation not permitted");
    await agent.start();
    assert.equal(await inmate.do("tcp", "e", servers.tcp4.port), "Operation not permitted");
    assert.equal(await free.do("echo", "a"), "ok");
  });

  test("attaches again what somebody undid", { timeout }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("undone");
    agent.writeProfile("tested.yaml", egress(agent.cgroup.path, "{ to: [192.0.2.1] }"));
    await agent.start();
    await using inmate = new CommandedProcess(agent.cgroup.via);
    const pins = PinFolder.open(agent.pins);
    const [abi = ""] = pins.kinds();
    const path = pins.linkPath(abi, "judge_connect4");
    // over TCP the packet hooks would still stop it, and let the caller wait
    const udp = () => inmate.do("udp", "a", servers.udp4.port);
    const isRefused = async () => {
      const deadline = performance.now() + 60_000;
      while ((await udp()) !== "Operation not permitted") {
        if (performance.now() > deadline) return false;
      }
      return true;
    };
    assert.equal(await udp(), "Operation not permitted");
    using link = BpfLink.open(path);
    link.detach();
    assert.ok(await isRefused());
    unlinkSync(path);
    assert.ok(await until(() => pins.linkNames(abi).includes("judge_connect4")));
    const active = RawMap.fromFd(pins.openMap(abi, "active"));
    const slot = active.lookup(new Uint8Array(4))?.[0] ?? 0;
    active.update(new Uint8Array(4), new Uint8Array([1 - slot, 0, 0, 0]));
    assert.ok(await until(() => agent.history().includes("somebody undid the policy in force")));
    assert.ok(await isRefused());
    await agent.end("SIGKILL");
    assert.equal(await udp(), "Operation not permitted");
  });

  test("dies, and names that were learned hold, and new ones are learned", { timeout }, async () => {
    await network.serveProbe(RESOLVER);
    await using agent = new TestAgent("names");
    agent.writeProfile("tested.yaml", egress(agent.cgroup.path, '{ to: ["*.example.com"], ports: [9] }'));
    await agent.start(network.via(RESOLVER));
    const steps = async (...words: readonly string[]) => {
      const [file = "", ...args] = [...network.via(RESOLVER), ...agent.cgroup.via, ...nameSteps(...words)];
      return outcomesOf((await runProcess(file, args)).stdout);
    };
    const [first, second] = ["to,192.0.2.1,9", "to,192.0.2.6,9"];
    assert.equal((await steps(first))[first], "EPERM");
    const look = "look,www.example.com";
    assert.deepEqual(await steps(look, first), { [look]: "192.0.2.1", [first]: "ok" });
    await agent.end("SIGKILL");
    assert.deepEqual(await steps(first, second), { [first]: "ok", [second]: "EPERM" });
    const other = "look,own-5.example.com";
    assert.deepEqual(await steps(other, second), { [other]: "192.0.2.6", [second]: "ok" });
    await agent.start(network.via(RESOLVER));
    assert.deepEqual(await steps(first, second), { [first]: "ok", [second]: "ok" });
  });

  test("learns names in other network namespaces, from resolvers that are not on loopback", {
    timeout,
  }, async () => {
    await using agent = new TestAgent("elsewhere");
    const rule = egress(agent.cgroup.path, '{ to: ["*.example.com"], ports: [9] }');
    agent.writeProfile("tested.yaml", `${rule}  dns: { resolvers: [${RESOLVER}, 127.0.0.1] }\n`);
    await agent.start();
    const [look, local] = ["look,www.example.com", "ask,own-5.example.com,1,127.0.0.1"];
    const [first, second] = ["to,192.0.2.1,9", "to,192.0.2.6,9"];
    const [file = "", ...args] = [
      ...network.via(RESOLVER),
      ...agent.cgroup.via,
      ...nameSteps(first, look, first, local, second),
    ];
    await network.serveInside([process.execPath, program("probe/dns-server.js"), "127.0.0.1"], /ready/);
    const lines = (await runProcess(file, args)).stdout.trim().split("\n");
    const expected = ["EPERM", "192.0.2.1", "ok", "192.0.2.6", "EPERM"];
    assert.deepEqual(
      lines.map((line) => line.split(" ")[1]),
      expected,
    );
  });

  test("dies, and what says so opens after a while, until an agent is back", { timeout }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("open");
    const rules = egress(agent.cgroup.path, "{ to: [192.0.2.1] }");
    agent.writeProfile("tested.yaml", rules.replace("mode: enforce", "mode: enforce\n  onAgentDeath: open"));
    await agent.start();
    await using inmate = new CommandedProcess(agent.cgroup.via);
    const tcp = () => inmate.do("tcp", "a", servers.tcp4.port);
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    assert.equal(await tcp(), "Operation not permitted");
    await agent.end("SIGKILL");
    assert.equal(await tcp(), "Operation not permitted");
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    assert.equal(await tcp(), "ok");
    await agent.start();
    assert.equal(await tcp(), "Operation not permitted");
    assert.match(await inmate.do("echo", "a"), /^(?!ok)/);
  });

  test("leaves the programs of others at work, and is left at work by them", { timeout }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("beside");
    const inner = TestCgroup.make("unit", agent.cgroup.path);
    const anywhere = egress(agent.cgroup.path, `{ to: [127.0.0.1], ports: [${servers.tcp4.port}/tcp] }`);
    agent.writeProfile("tested.yaml", anywhere);
    attachRefusal(inner.folder, cgroupHooks.judge_packet_out);
    await agent.start();
    await using unit = new CommandedProcess(inner.via);
    await using inmate = new CommandedProcess(agent.cgroup.via);
    const [allowed, denied] = [servers.tcp4.port, servers.tcp6.port];
    const packets = /^(?:Operation not permitted|timed out)$/;
    assert.match(await unit.do("tcp", "a", allowed), packets);
    assert.equal(await inmate.do("tcp", "a", allowed), "ok");
    assert.equal(await inmate.do("tcp", "b", denied), "Operation not permitted");
    attachRefusal(agent.cgroup.folder, cgroupHooks.judge_connect4);
    assert.equal(await inmate.do("tcp", "c", allowed), "Operation not permitted");
    await agent.end("SIGTERM");
    PinFolder.open(agent.pins).removeAll();
    assert.equal(await inmate.do("tcp", "d", allowed), "Operation not permitted");
    assert.match(await unit.do("tcp", "e", allowed), packets);
  });

  test("goes on knowing what a process was that has ended", { timeout }, async () => {
    await using agent = new TestAgent("ended");
    const curl = "  subject: { exe: [/usr/bin/curl] }\n  egress: { default: deny, rules: [] }";
    agent.writeProfile(
      "tested.yaml",
      profile(`${curl}\n  ingress: { default: deny, rules: [] }\n  listen: none\n`),
    );
    await agent.start();
    const [file = "", ...words] = [...agent.cgroup.via, "python3", "-c", DAEMON];
    const daemon = spawn(file, words, { stdio: ["ignore", "pipe", "inherit"] });
    const port = String((await createInterface(daemon.stdout)[Symbol.asyncIterator]().next()).value);
    await once(daemon, "exit");
    await using client = new CommandedProcess(["env"]);
    assert.equal(await client.do("tcp", "a", port), "ok");
    assert.equal(await client.do("echo", "a"), "ok");
  });

  test("follows its configuration to another cgroup", { timeout }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("moved");
    await using other = TestCgroup.make(agentCgroup("other"));
    agent.writeProfile("tested.yaml", egress(other.path, "{ to: [192.0.2.1] }"));
    await agent.start();
    await agent.end("SIGKILL");
    const text = readFileSync(agent.config, "utf8");
    writeFileSync(agent.config, text.replace(`cgroup: ${agent.cgroup.path}`, `cgroup: ${other.path}`));
    await using inmate = new CommandedProcess(other.via);
    assert.equal(await inmate.do("tcp", "a", servers.tcp4.port), "ok");
    await agent.start();
    assert.equal(await inmate.do("tcp", "b", servers.tcp4.port), "Operation not permitted");
  });

  test("is the only one, and one that is refused leaves nothing", { timeout }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("only");
    await agent.start();
    const before = linkIds();
    const config = join(agent.folder, "other.yaml");
    const profiles = join(agent.folder, "profiles2");
    mkdirSync(profiles);
    writeFileSync(join(profiles, "t.yaml"), egress(agent.cgroup.path, "{ to: [192.0.2.1] }"));
    const common = `profiles: ${profiles}, cgroup: ${agent.cgroup.path}, state: ${agent.folder}/state2`;
    const others = {
      socket: `${common}, socket: { path: ${agent.socket} }, pins: ${agent.folder}/bpf/pins2`,
      pins: `${common}, socket: { path: ${agent.folder}/sock2 }, pins: ${agent.pins}`,
      cgroup: `${common.replace(agent.cgroup.path, "/rf-none")}, pins: ${agent.folder}/bpf/pins2`,
    };
    const texts: string[] = [];
    for (const spec of Object.values(others)) {
      const text = `apiVersion: ringfence.dev/v1alpha1\nkind: AgentConfig\nspec: { ${spec} }\n`;
      const { code, stderr } = await agent.refused(config, text);
      assert.equal(code, 125);
      texts.push(stderr);
    }
    assert.match(texts[0] ?? "", new RegExp(`Process ${agent.pid} answers on`));
    assert.match(texts[1] ?? "", new RegExp(`works with ".*pins" already: process ${agent.pid}`));
    assert.match(texts[2] ?? "", /Cannot attach at cgroup "\/rf-none": it does not exist/);
    assert.deepEqual(
      [...linkIds()].filter((id) => !before.has(id)),
      [],
    );
    await using inmate = new CommandedProcess(agent.cgroup.via);
    assert.equal(await inmate.do("tcp", "a", servers.tcp4.port), "ok");
  });

  test("says what is wrong where it cannot pin", { timeout }, async () => {
    await using agent = new TestAgent("nopins");
    const config = join(agent.folder, "other.yaml");
    const text = `apiVersion: ringfence.dev/v1alpha1
kind: AgentConfig
spec: { profiles: ${agent.folder}/profiles, cgroup: ${agent.cgroup.path}, state: ${agent.folder}/s, pins: ${agent.folder}/none }
`;
    const { code, stderr } = await agent.refused(config, text);
    assert.equal(code, 125);
    assert.match(stderr, /Cannot pin below ".*none": it is in no BPF file system/);
  });
});
