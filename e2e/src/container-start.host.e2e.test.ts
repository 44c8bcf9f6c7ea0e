import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { TestAgent } from "./harness/agent.js";
import { containerProfile, outcome, tryTo } from "./harness/container-tries.js";
import { repositoryRoot, ringfencePath } from "./harness/paths.js";
import { Podman } from "./harness/podman.js";
import { runProcess } from "./harness/run-process.js";
import { noContainers, Runc } from "./harness/runc.js";
import { timeout } from "./harness/timeout.js";

const ROUNDS = 10;
/** For an agent on a slow machine. */
const PATIENT = ["--require", "--timeout", "60"];

const profiles = {
  "billing.yaml": containerProfile("billing", "{ container: { name: billing } }", "10.0.0.1"),
  "web.yaml": containerProfile("web", "{ container: { label: { app: web } } }", "10.0.0.2"),
};

function hookOf(agent: TestAgent, ...options: readonly string[]): readonly string[] {
  return [ringfencePath, "oci-hook", "--config", agent.config, ...options];
}

describe("a container of runc whose runtime waits for the agent", {
  skip: noContainers("runc") ?? false,
}, () => {
  const cleanups: (() => unknown)[] = [];
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });
  const begin = (name: string) => {
    const agent = new TestAgent(name, profiles);
    cleanups.push(() => agent[Symbol.asyncDispose]());
    const runc = new Runc(agent.folder);
    cleanups.push(() => runc[Symbol.dispose]());
    const first = async (
      container: string,
      address: string,
      hook: readonly string[],
      annotations: Readonly<Record<string, string>> = {},
    ) => {
      const cgroup = `${agent.cgroup.path}/${container}`;
      const hooks = [hook];
      const ended = await runc.run({ name: container, cgroup, annotations, command: tryTo(address), hooks });
      runc.remove(container);
      return ended;
    };
    return { agent, first };
  };

  test("is judged as its profile says from its first instruction, by name and by label", {
    timeout,
  }, async () => {
    const { agent, first } = begin("start");
    await agent.start();
    const hook = hookOf(agent, ...PATIENT);
    const seen: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      seen.push(outcome(await first("billing", "10.0.0.1", hook)));
      seen.push(outcome(await first("billing", "10.0.0.2", hook)));
      seen.push(outcome(await first("shop", "10.0.0.2", hook, { app: "web" })));
      seen.push(outcome(await first("shop", "10.0.0.1", hook, { app: "web" })));
      seen.push(outcome(await first("other", "10.0.0.1", hook)));
    }
    const round = ["allowed", "denied", "allowed", "denied", "allowed"];
    assert.deepEqual(seen, Array.from({ length: ROUNDS }, () => round).flat());
  });

  test("starts closed where no agent answers or the time is over, and with --require does not start", {
    timeout,
  }, async () => {
    const { agent, first } = begin("absent");
    await agent.start();
    process.kill(agent.pid, "SIGSTOP");
    assert.equal(outcome(await first("billing", "10.0.0.1", hookOf(agent, "--timeout", "0"))), "denied");
    const late = await first("billing", "10.0.0.1", hookOf(agent, "--timeout", "0", "--require"));
    assert.notEqual(late.code, 0);
    assert.match(late.stderr, /was not under its policy within 0 seconds/);
    process.kill(agent.pid, "SIGCONT");
    await agent.end("SIGKILL");
    assert.equal(outcome(await first("billing", "10.0.0.1", hookOf(agent))), "denied");
    const refused = await first("billing", "10.0.0.1", hookOf(agent, "--require"));
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /No agent answers/);
  });
});

describe("ringfence oci-hook", () => {
  test("is not believed where the container has no cgroup of its own, or the state is none", {
    timeout,
  }, async () => {
    await using agent = new TestAgent("hook", profiles);
    await agent.start();
    const say = async (state: string, ...options: readonly string[]) => {
      const [file = "", ...words] = hookOf(agent, ...options);
      return await runProcess("sh", ["-c", `printf %s "$0" | "$@"`, state, file, ...words], {
        via: agent.cgroup.via,
      });
    };
    const inHook = await runProcess(
      "sh",
      ["-c", `printf '{"id":"billing","pid":%d}' $$ | "$@"`, "sh", ...hookOf(agent, "--require")],
      { via: agent.cgroup.via },
    );
    assert.equal(inHook.code, 1);
    assert.match(inHook.stderr, /Cannot tell the container "billing" from what runs it/);
    assert.equal((await say(JSON.stringify({ id: "billing", pid: 4_000_000 }), "--require")).code, 1);
    const nothing = await say("", "--require");
    assert.deepEqual([nothing.code, /no JSON object/.test(nothing.stderr)], [1, true]);
    assert.equal((await say("")).code, 0);
  });
});

describe("a container of podman with the hook of deploy/", {
  skip: noContainers("podman") ?? false,
}, () => {
  test("is judged as its profile says from its first instruction", { timeout }, async () => {
    await using agent = new TestAgent("podman-start", profiles);
    const hooks = join(agent.folder, "hooks.d");
    mkdirSync(hooks);
    const shipped = JSON.parse(
      readFileSync(join(repositoryRoot, "deploy/oci-hooks.d/ringfence.json"), "utf8"),
    );
    const [path, ...words] = hookOf(agent, ...PATIENT);
    shipped.hook = { ...shipped.hook, path, args: ["ringfence", ...words] };
    writeFileSync(join(hooks, "ringfence.json"), JSON.stringify(shipped));
    await using podman = new Podman(agent.folder, agent.cgroup.path, ["--hooks-dir", hooks]);
    await podman.makeImage();
    await agent.start();
    const seen: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const address of ["10.0.0.1", "10.0.0.2"]) {
        seen.push(outcome(await podman.run("billing", tryTo(address), ["--rm"])));
      }
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 2 * ROUNDS }, (_, index) => (index % 2 === 0 ? "allowed" : "denied")),
    );
  });
});
