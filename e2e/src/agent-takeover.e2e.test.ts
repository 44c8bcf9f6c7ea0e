import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { TestAgent } from "./harness/agent.js";
import { alteredObject, withObject } from "./harness/altered-object.js";
import { EchoServers } from "./harness/echo-servers.js";
import { inVm } from "./harness/in-vm.js";
import { timeout } from "./harness/timeout.js";

/** Twenty where a start takes a second; under emulation as many as this time allows. */
const KILLS = 20;
const KILLS_WITHIN_MS = inVm ? 60_000 : 90_000;

/**
 * Calls allowed and forbidden targets in turn until SIGTERM, and prints how often, and what went otherwise than the
 * policy says.
 */
const CLIENT = `
import json, signal, socket, sys
allowed, tcp, udp = map(int, sys.argv[1:4])
calls, wrong, running = 0, {}, True
def stop(*_):
    global running
    running = False
signal.signal(signal.SIGTERM, stop)
def connect(kind, port, want):
    global calls
    calls += 1
    s = socket.socket(socket.AF_INET, kind)
    s.settimeout(10)
    try:
        s.connect(("127.0.0.1", port)) if kind == socket.SOCK_STREAM else s.sendto(b"x", ("127.0.0.1", port))
        got = "passed"
    except OSError as e:
        got = e.strerror or str(e)
    s.close()
    if got != want:
        wrong[f"{port} {got}"] = wrong.get(f"{port} {got}", 0) + 1
print("ready", flush=True)
while running:
    connect(socket.SOCK_STREAM, allowed, "passed")
    connect(socket.SOCK_STREAM, tcp, "Operation not permitted")
    connect(socket.SOCK_DGRAM, udp, "Operation not permitted")
print(json.dumps({"calls": calls, "wrong": wrong}))
`;

function profile(cgroup: string, port: number): string {
  return `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: tested }
spec:
  mode: enforce
  subject: { cgroup: ${cgroup} }
  egress:
    default: deny
    rules:
      - name: one-server
        allow: { to: [127.0.0.1], ports: [${port}/tcp] }
`;
}

class Client implements AsyncDisposable {
  readonly #child;
  #printed = "";

  private constructor(agent: TestAgent, ports: readonly number[]) {
    const [file = "", ...words] = [...agent.cgroup.via, "python3", "-c", CLIENT, ...ports.map(String)];
    this.#child = spawn(file, words, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#printed += text;
    });
  }

  static async start(agent: TestAgent, ports: readonly number[]): Promise<Client> {
    const client = new Client(agent, ports);
    await once(client.#child.stdout, "data");
    return client;
  }

  async stop(): Promise<{ readonly calls: number; readonly wrong: Readonly<Record<string, number>> }> {
    const ended = once(this.#child, "close");
    this.#child.kill("SIGTERM");
    await ended;
    return JSON.parse(this.#printed.replace("ready", ""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
  }
}

/** Runs `what` beside a client that calls without a pause; every one of its calls must go as the policy says. */
async function beside(name: string, what: (agent: TestAgent) => Promise<void>): Promise<void> {
  await using servers = await EchoServers.start();
  const allowed = servers.tcp4.port;
  await using agent = new TestAgent(name);
  agent.writeProfile("tested.yaml", profile(agent.cgroup.path, allowed));
  await agent.start();
  await using client = await Client.start(agent, [allowed, servers.udp4.port, servers.udp4.port]);
  await what(agent);
  const { calls, wrong } = await client.stop();
  assert.deepEqual(wrong, {}, `of ${calls} calls`);
  assert.ok(calls > 100, `only ${calls} calls`);
}

describe("ringfence agent", () => {
  test("is killed and takes over again without one wrong verdict", { timeout }, async () => {
    await beside("kills", async (agent) => {
      const since = performance.now();
      let kills = 0;
      while (kills < KILLS && performance.now() - since < KILLS_WITHIN_MS) {
        await agent.end("SIGKILL");
        await agent.start();
        kills += 1;
      }
      assert.ok(kills >= 1);
      assert.equal(agent.printed.match(/agent: took over/g)?.length, kills);
    });
  });

  test("is followed by one with other programs without one wrong verdict", { timeout }, async () => {
    const object = alteredObject("otherPrograms");
    await beside("programs", async (agent) => {
      await agent.end("SIGTERM");
      await agent.start(withObject(object));
      await agent.end("SIGKILL");
      await agent.start();
      assert.equal(agent.printed.match(/agent: took over/g)?.length, 2);
    });
  });

  test("is followed by one with other tables without one wrong verdict", { timeout }, async () => {
    const object = alteredObject("otherTables");
    await beside("tables", async (agent) => {
      await agent.end("SIGKILL");
      await agent.start(withObject(object));
      assert.equal(agent.printed.match(/agent: started/g)?.length, 2);
    });
  });
});
