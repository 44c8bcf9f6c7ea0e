import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { AgentEvent } from "@ringfence/model";
import { anyEventSchema } from "@ringfence/model/schemas";
import { TestAgent } from "./harness/agent.js";
import { EchoServers } from "./harness/echo-servers.js";
import { sendDatagram } from "./harness/listeners.js";
import { ringfencePath } from "./harness/paths.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";

const PACKETS = 7;

/** For a time that looks at what is new come several times in. */
const CONNECTIONS = 90;

const connect = `
import socket, sys
for port in map(int, sys.argv[1:]):
    for _ in range(3):
        s = socket.create_connection(("127.0.0.1", port)); s.send(b"x"); s.recv(1); s.close()
`;

/** Each time another process, which prints its number, sends a datagram, and then runs a program in its place. */
const repeated = `for ((i = 0; i < $1; i++)); do bash -c 'echo $$; echo x > /dev/udp/127.0.0.1/9; exec /bin/true'; done`;
const REPEATS = 20;

/** One process, which connects again for each line that it is given. */
const connectAgain = `
import socket, sys
for line in sys.stdin:
    for _ in range(${CONNECTIONS}):
        s = socket.create_connection(("127.0.0.1", int(sys.argv[1]))); s.send(b"x"); s.recv(1); s.close()
    print("done", flush=True)
`;
/** Ten seconds, after which repeats are told to everybody, are several times as many on a machine that is not emulated. */
const MOST_RUNS_BETWEEN = 50;
const watchConnections = ["observe", "-f", "--json", "--type", "connection"];

const hear = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True); sys.stdin.read()
`;

/** Of a profile that allows nothing; in mode "audit" it only says what it would refuse. */
function watch(cgroup: string, mode: "audit" | "enforce"): string {
  const spec = {
    mode,
    subject: { cgroup },
    egress: { default: "deny", rules: [] },
    ingress: { default: "deny", rules: [] },
    ...(mode === "audit" ? { listen: "none" } : {}),
  };
  return JSON.stringify({
    apiVersion: "ringfence.dev/v1alpha1",
    kind: "SecurityProfile",
    metadata: { name: "watch" },
    spec,
  });
}

async function ringfence(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProcess(ringfencePath, args);
  assert.equal(code, 0, stderr);
  return stdout;
}

async function lostRepeats(agent: TestAgent): Promise<number> {
  const { stdout } = await runProcess(ringfencePath, ["status", "--json", "--config", agent.config]);
  return JSON.parse(stdout).losses.repeats ?? 0;
}

function eventsIn(text: string): AgentEvent[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => anyEventSchema.parse(JSON.parse(line)));
}

describe("the agent's events", () => {
  test("are told, or counted by the next agent where kill -9 took repeats", { timeout }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("untold");
    agent.writeProfile("watch.yaml", watch(agent.cgroup.path, "audit"));
    await agent.start();
    const ports = Array.from({ length: REPEATS }, () => String(servers.tcp4.port));
    const [file = "", ...words] = [...agent.cgroup.via, "python3", "-c", connect, ...ports];
    let rounds = 0;
    let lost = 0;
    // where ten seconds are over just then, all was told
    for (; rounds < 5 && lost === 0; rounds++) {
      for (let run = 0; run < 2; run++) {
        const { code, stderr } = await runProcess(file, words);
        assert.equal(code, 0, stderr);
        // they are read by then; those of the first run are told, too
        await new Promise((resolve) => setTimeout(resolve, 2_500 - 300 * rounds));
      }
      await agent.end("SIGKILL");
      await agent.start();
      lost = await lostRepeats(agent);
    }
    assert.ok(lost > 0, `${rounds} rounds`);
    const told = () =>
      eventsIn(agent.history()).reduce((sum, event) => {
        if (event.type === "loss" && event.place === "repeats") return sum + event.lost;
        return event.type === "verdict" || event.type === "connection" ? sum + event.count : sum;
      }, 0);
    const all = rounds * 2 * 3 * REPEATS * 2;
    assert.ok(await until(() => told() === all, 20_000), `${told()} of ${all}`);
    await agent.end("SIGTERM");
    await agent.start();
    assert.equal(await lostRepeats(agent), lost, "an orderly end loses none, and none is forgotten");
  });

  test("reach subscribers as they happen, stay on disk after kill -9, and teach a policy", {
    timeout,
  }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("events");
    agent.writeProfile("watch.yaml", watch(agent.cgroup.path, "audit"));
    await agent.start();
    const live = spawn(
      ringfencePath,
      ["observe", "-f", "--json", "--config", agent.config, "--type", "verdict"],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const state = join(agent.folder, "state");
    let text = "";
    live.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    // The subscription begins some time after its process: whoever asks until it is there has events to wait for.
    let calls = 0;
    const [file = "", ...words] = [...agent.cgroup.via, "python3", "-c", connect, String(servers.tcp4.port)];
    while (!text.includes("\n")) {
      const { code, stderr } = await runProcess(file, words);
      assert.equal(code, 0, stderr);
      calls += 3;
    }
    const [event] = eventsIn(text);
    assert.ok(event?.type === "verdict" && event.process !== null);
    assert.deepEqual(
      [event.outcome, event.address, event.port, event.shadowRule],
      ["would-deny", "127.0.0.1", servers.tcp4.port, "watch/egress.default"],
    );
    live.kill("SIGINT");
    await once(live, "exit");
    const kept = () =>
      ringfence("observe", "--config", agent.config, "--json", "--to", "127.0.0.1", "--type", "verdict");
    const total = (output: string) =>
      eventsIn(output).reduce((sum, one) => sum + (one.type === "verdict" ? one.count : 0), 0);
    while (total(await kept()) < calls);
    await agent.end("SIGKILL");

    assert.equal(readdirSync(join(state, "history")).length, 1);
    assert.equal(total(await kept()), calls, "folded or not, none is lost and none is told twice");
    const learned = await ringfence(
      "learn",
      "--config",
      agent.config,
      "--subject",
      `exe=${event.process.exe}`,
    );
    assert.match(
      learned,
      new RegExp(`to: \\[127\\.0\\.0\\.1\\]\\n\\s+ports: \\[${servers.tcp4.port}/tcp\\]`),
    );
    assert.match(learned, new RegExp(`# learn: ${calls} times`));
  });

  test("count every packet that was denied, though the kernel tells only the first", {
    timeout,
  }, async () => {
    await using agent = new TestAgent("repeats");
    agent.writeProfile("watch.yaml", watch(agent.cgroup.path, "enforce"));
    await agent.start();
    const [file = "", ...words] = [...agent.cgroup.via, "python3", "-c", hear];
    const hearer = spawn(file, words, { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = (await once(hearer.stdout.setEncoding("utf8"), "data")) as [string];
    const port = Number(line);
    for (let sent = 0; sent < PACKETS; sent++) await sendDatagram("127.0.0.1", port, "127.0.0.1");
    const told = () =>
      eventsIn(agent.history()).flatMap((event) =>
        event.type === "verdict" && event.port === port ? [event] : [],
      );
    const counts = () => told().map(({ count }) => count);
    await until(() => counts().length > 1, 20_000);
    hearer.stdin.end();
    await once(hearer, "exit");
    assert.deepEqual(counts(), [1, PACKETS - 1]);
    assert.deepEqual([...new Set(told().map(({ outcome }) => outcome))], ["denied"]);
    await agent.end("SIGTERM");
    assert.deepEqual(counts(), [1, PACKETS - 1], "nothing is told twice");
  });

  test("join connections with their bytes while nobody watches, and show repeats to whoever does", {
    timeout,
  }, async () => {
    await using servers = await EchoServers.start();
    await using agent = new TestAgent("joined");
    agent.writeProfile("watch.yaml", watch(agent.cgroup.path, "audit"));
    await agent.start();
    const { port } = servers.tcp4;
    const [file = "", ...words] = [...agent.cgroup.via, "python3", "-c", connectAgain, String(port)];
    const caller = spawn(file, words, { stdio: ["pipe", "pipe", "inherit"] });
    const connectMore = async () => {
      caller.stdin.write("again\n");
      await once(caller.stdout, "data");
    };
    const ends = (text: string) =>
      eventsIn(text).flatMap((event) => (event.type === "connection" && event.port === port ? [event] : []));
    await connectMore();
    await until(() => ends(agent.history()).length > 0);
    const live = spawn(ringfencePath, [...watchConnections, "--config", agent.config], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    live.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    const told = () => ends(text.slice(0, text.lastIndexOf("\n") + 1)).length;
    let runs = 1;
    let runsBetween = 0;
    while (told() < 2) {
      if (told() > 0) runsBetween += 1;
      await connectMore();
      runs += 1;
    }
    live.kill("SIGINT");
    await once(live, "exit");
    caller.stdin.end();
    await once(caller, "exit");
    assert.ok(runsBetween <= MOST_RUNS_BETWEEN, `${runsBetween} runs until repeats were told again`);
    await agent.end("SIGTERM");

    const kept = ends(agent.history());
    const total = (of: (event: (typeof kept)[number]) => number) =>
      kept.reduce((sum, event) => sum + of(event), 0);
    const all = runs * CONNECTIONS;
    assert.deepEqual(
      [total(({ count }) => count), total(({ sentBytes }) => sentBytes), total((one) => one.receivedBytes)],
      [all, all, all],
    );
    assert.ok(kept.length < all / 3, `${kept.length} events of ${all} connections`);
  });

  for (const fold of [false, true]) {
    test(`show each exec and exit with its process, and each verdict unless they are folded: fold ${fold}`, {
      timeout,
    }, async () => {
      const path = join(temporaryFolder(), "events.ndjson");
      const spec = `events: { fold: ${fold}, file: { path: ${path} } }`;
      await using agent = new TestAgent(`fold-${fold}`, {}, { spec });
      agent.writeProfile("watch.yaml", watch(agent.cgroup.path, "audit"));
      await agent.start();
      const [file = "", ...words] = [...agent.cgroup.via, "bash", "-c", repeated, "bash", String(REPEATS)];
      const { code, stdout, stderr } = await runProcess(file, words);
      assert.equal(code, 0, stderr);
      const pids = stdout.trim().split("\n").map(Number);
      assert.equal(new Set(pids).size, REPEATS);
      // what is folded is written when the agent ends
      await agent.end("SIGTERM");
      const shown = await ringfence("observe", "--config", agent.config, "--json");
      for (const events of [eventsIn(shown), eventsIn(readFileSync(path, "utf8"))]) {
        const of = (change: "exec" | "exit") =>
          events.flatMap((event) =>
            event.type === "process" && event.change === change && pids.includes(event.process?.pid ?? 0)
              ? [event.process?.pid ?? 0]
              : [],
          );
        const execs = pids.flatMap((pid) => [pid, pid]); // of bash, and of what took its place
        assert.deepEqual(of("exec"), execs);
        assert.deepEqual(of("exit").toSorted(), pids.toSorted());
        const verdicts = events.filter((event) => event.type === "verdict" && event.port === 9);
        const counted = verdicts.flatMap((event) => (event.type === "verdict" ? [event.count] : []));
        assert.equal(
          counted.reduce((sum, count) => sum + count, 0),
          REPEATS,
        );
        const own = new Set(verdicts.map((event) => "process" in event && event.process?.pid));
        if (!fold) assert.deepEqual([...own].toSorted(), pids.toSorted());
        else assert.ok(verdicts.length < REPEATS, String(counted));
      }
    });
  }
});
