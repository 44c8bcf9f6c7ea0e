import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { agentStatusSchema } from "@ringfence/model/schemas";
import { TestAgent } from "./harness/agent.js";
import { ringfencePath } from "./harness/paths.js";
import { until } from "./harness/until.js";

const timeout = 800_000;

/** Prints each datagram that it gets as a line; Node has no such sockets. */
const receiver = `use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; my $n = shift; $n =~ s/^@/\\0/;
bind($s, pack("Sa*", AF_UNIX, $n)) or die $!; $| = 1; print "bound\\n";
while (defined recv($s, my $m, 4096, 0)) { $m =~ s/\\n/ /g; print "$m\\n"; }`;

/** A profile for the processes of user 4321, which refuses all that is not listed. */
const profile = (name: string, to: readonly string[]) => `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: ${name} }
spec:
  mode: enforce
  subject: { uid: 4321 }
  ingress: { default: allow, rules: [] }
  egress:
    default: deny
    rules: [${to.map((address) => `{ allow: { to: [${address}] } }`).join(", ")}]
`;

/** The commands of an operator, against one agent. */
class Operator {
  readonly agent: TestAgent;

  constructor(agent: TestAgent) {
    this.agent = agent;
  }

  run(...words: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(ringfencePath, [...words, "--config", this.agent.config], {
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  }

  status() {
    const { status, stdout, stderr } = this.run("status", "--json");
    assert.notEqual(stdout, "", stderr);
    return { status, ...agentStatusSchema.parse(JSON.parse(stdout)) };
  }

  /** Writes a file where the operator works, not in the agent's folder. */
  file(name: string, text: string): string {
    const path = join(this.agent.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Whether user 4321, in the cgroup of the agent, may talk to an address. */
  reaches(address: string): boolean {
    const [file = "", ...words] = [
      ...this.agent.cgroup.via,
      ...["setpriv", "--reuid=4321", "--clear-groups", "bash", "-c", `exec 3<>/dev/udp/${address}/9`],
    ];
    const { status, stderr } = spawnSync(file, words, { encoding: "utf8" });
    if (status !== 0) assert.match(stderr, /not permitted/);
    return status === 0;
  }

  audit(): readonly {
    readonly action: string;
    readonly result: string;
    readonly files?: readonly string[];
  }[] {
    const text = readFileSync(join(this.agent.folder, "state/audit.ndjson"), "utf8");
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }
}

describe("an operator of ringfence agent", { timeout }, () => {
  test("applies, compares, shows and deletes profiles, and sees what is wrong in the folder", {
    timeout,
  }, async () => {
    await using agent = new TestAgent("operator");
    const operator = new Operator(agent);
    assert.equal(operator.run("policy", "list").status, 125);
    await agent.start();
    assert.equal(operator.reaches("127.0.0.7"), true);
    const web = operator.file("web.yaml", profile("web", ["127.0.0.8"]));
    const added = operator.run("policy", "diff", web);
    assert.equal(added.status, 1, added.stderr);
    assert.match(added.stdout, /^\+ profile web \(added\)\n {2}\+ mode: enforce\n/);
    assert.equal(operator.run("policy", "apply", web).status, 0);
    assert.deepEqual(
      ["127.0.0.7", "127.0.0.8"].map((to) => operator.reaches(to)),
      [false, true],
    );
    assert.equal(operator.run("policy", "diff", web).stdout, "nothing changes\n");
    assert.equal(operator.run("policy", "show", "web").stdout, profile("web", ["127.0.0.8"]));
    operator.file("web.yaml", `${profile("web", ["127.0.0.7"])}  colour: red\n`);
    const refused = operator.run("policy", "apply", web);
    assert.equal(refused.status, 125);
    assert.match(refused.stderr, new RegExp(`${web}:11:3: Unknown key "colour"`));
    assert.equal(operator.reaches("127.0.0.7"), false);
    // By hand, in the folder.
    agent.writeProfile("other.yaml", profile("web", ["127.0.0.7"]));
    assert.ok(await until(() => operator.run("policy", "list").status === 1));
    assert.match(
      operator.run("policy", "list").stderr,
      /"web" is defined in ".*other\.yaml" and in ".*web\.yaml"/,
    );
    agent.writeProfile("other.yaml", profile("other", ["127.0.0.7"]));
    assert.ok(await until(() => operator.reaches("127.0.0.7")));
    assert.equal(operator.run("policy", "delete", "other").status, 0);
    assert.equal(operator.run("policy", "delete", "web").status, 0);
    assert.equal(operator.reaches("127.0.0.9"), true);
    const asked = operator.audit().filter(({ action }) => action !== "folder");
    assert.deepEqual(
      asked.map(({ action, result }) => `${action} ${result}`),
      ["apply done", "apply refused", "delete done", "delete done"],
    );
  });

  test("applies several files and folders at once, all or none", { timeout }, async () => {
    await using agent = new TestAgent("several");
    const operator = new Operator(agent);
    await agent.start();
    mkdirSync(join(agent.folder, "mine"));
    const web = operator.file("mine/web.yaml", profile("web", ["127.0.0.8"]));
    const db = operator.file("mine/db.yaml", `${profile("db", [])}  colour: red\n`);
    const other = operator.file("other.yaml", profile("other", ["127.0.0.9"]));
    const missing = operator.run("policy", "apply", web, `${other}.gone`, `${db}.gone`);
    assert.deepEqual([missing.status, missing.stderr.match(/Cannot read policy file/g)?.length], [125, 2]);
    const refused = operator.run("policy", "apply", join(agent.folder, "mine"), other);
    assert.equal(refused.status, 125);
    assert.match(refused.stderr, new RegExp(`${db}:11:3: Unknown key "colour"`));
    assert.equal(operator.reaches("127.0.0.7"), true);
    operator.file("mine/db.yaml", profile("db", []));
    const applied = operator.run(
      "policy",
      "apply",
      join(agent.folder, "mine"),
      other,
      "--confirm-within",
      "1h",
    );
    assert.equal(applied.status, 0, applied.stderr);
    assert.deepEqual(applied.stdout.match(/profile \w+ \(added\)/g)?.toSorted(), [
      "profile db (added)",
      "profile other (added)",
      "profile web (added)",
    ]);
    assert.deepEqual(
      ["127.0.0.7", "127.0.0.8", "127.0.0.9"].map((to) => operator.reaches(to)),
      [false, true, true],
    );
    assert.match(operator.run("policy", "diff", web, db, other).stdout, /nothing changes/);
    const [, confirm = ""] = /unless you say: (ringfence policy confirm .*)/.exec(applied.stdout) ?? [];
    assert.equal(confirm, `ringfence policy confirm --config ${agent.config}`);
    const why = operator.run("explain", "--flow", "uid=4321 udp 127.0.0.9:9");
    assert.match(why.stdout, /^allowed\n {2}by other\//, why.stderr);
    assert.equal(operator.run("policy", "confirm").status, 0);
    assert.deepEqual(
      operator.audit().map(({ action, result, files }) => [action, result, files]),
      [
        ["apply", "refused", ["db.yaml", "web.yaml", "other.yaml"]],
        ["apply", "done", ["db.yaml", "web.yaml", "other.yaml"]],
        ["confirm", "done", undefined],
      ],
    );
  });

  test("gets a change back that is not confirmed, also when the agent is killed meanwhile", {
    timeout,
  }, async () => {
    await using agent = new TestAgent("confirm", { "web.yaml": profile("web", ["127.0.0.7"]) });
    const operator = new Operator(agent);
    await agent.start();
    const web = operator.file("web.yaml", profile("web", []));
    assert.equal(operator.run("policy", "apply", web, "--confirm-within", "1s").status, 0);
    assert.equal(operator.reaches("127.0.0.7"), false);
    await agent.end("SIGKILL");
    assert.equal(operator.reaches("127.0.0.7"), false);
    await agent.start();
    assert.ok(await until(() => operator.reaches("127.0.0.7")));
    assert.equal(operator.run("policy", "confirm").status, 125);
    assert.equal(operator.run("policy", "apply", web, "--confirm-within", "1h").status, 0);
    assert.equal(operator.run("policy", "confirm").status, 0);
    assert.equal(operator.status().confirmWithin, null);
    assert.equal(operator.reaches("127.0.0.7"), false);
  });

  test("sees whether the host is covered, with an agent and without", { timeout }, async () => {
    await using agent = new TestAgent("status", { "web.yaml": profile("web", ["127.0.0.7"]) });
    const operator = new Operator(agent);
    assert.deepEqual([operator.status().status, operator.status().covered], [1, false]);
    await agent.start();
    const alive = operator.status();
    assert.deepEqual([alive.status, alive.covered, alive.reasons], [0, true, []]);
    assert.equal(alive.agent?.pid, agent.pid);
    assert.deepEqual(
      alive.profiles.map(({ name, mode, processes }) => [name, mode, processes]),
      [["web", "enforce", 0]],
    );
    assert.match(operator.run("status").stdout, /^covered: {3}yes\n/);
    // A second agent is refused, and names the first.
    const second = operator.run("agent");
    assert.equal(second.status, 125);
    assert.match(second.stderr, new RegExp(`process ${agent.pid}`));
    await agent.end("SIGKILL");
    const dead = operator.status();
    assert.deepEqual([dead.status, dead.covered, dead.agent], [0, true, null]);
    assert.deepEqual(dead.hooks.attached.toSorted(), alive.hooks.attached.toSorted());
    const audit = operator.run("status").stdout;
    assert.match(audit, /none answers/);
  });

  test("opens everything and closes it again, with an agent and without", { timeout }, async () => {
    await using agent = new TestAgent("panic", { "web.yaml": profile("web", []) });
    const operator = new Operator(agent);
    await agent.start();
    assert.equal(operator.reaches("127.0.0.7"), false);
    assert.equal(operator.run("panic").status, 0);
    assert.equal(operator.reaches("127.0.0.7"), true);
    assert.deepEqual([operator.status().status, operator.status().panic?.by], [1, "root"]);
    assert.equal(operator.run("panic", "--end").status, 0);
    assert.equal(operator.reaches("127.0.0.7"), false);
    await agent.end("SIGKILL");
    assert.equal(operator.reaches("127.0.0.7"), false);
    assert.equal(operator.run("panic").status, 0);
    assert.equal(operator.reaches("127.0.0.7"), true);
    await agent.start();
    assert.equal(operator.reaches("127.0.0.7"), true);
    assert.equal(operator.run("panic", "--end").status, 0);
    assert.equal(operator.reaches("127.0.0.7"), false);
  });

  test("has its service manager told when policy is in force, and of what a reload finds", {
    timeout,
  }, async () => {
    await using agent = new TestAgent("notify", { "web.yaml": profile("web", []) });
    const socket = `@rf-notify-${process.pid}`;
    const manager = spawn("perl", ["-e", receiver, socket], { stdio: ["ignore", "pipe", "inherit"] });
    let told = "";
    manager.stdout.on("data", (text) => {
      told += text;
    });
    try {
      assert.ok(await until(() => told.includes("bound")));
      await agent.start(["env", `NOTIFY_SOCKET=${socket}`, "WATCHDOG_USEC=200000"]);
      assert.ok(
        await until(() => told.includes("READY=1 STATUS=profiles in force: 1, errors in their folder: 0\n")),
      );
      assert.ok(await until(() => told.includes("WATCHDOG=1")));
      agent.writeProfile("web.yaml", "broken: [");
      process.kill(agent.pid, "SIGHUP");
      assert.ok(await until(() => told.includes("STATUS=profiles in force: 1, errors in their folder: 1\n")));
      await agent.end("SIGTERM");
      assert.ok(await until(() => told.includes("STOPPING=1")));
    } finally {
      manager.kill();
    }
  });

  test("takes it off the host, with an agent, without, and with one that hangs", { timeout }, async () => {
    await using agent = new TestAgent("off", { "web.yaml": profile("web", []) });
    const operator = new Operator(agent);
    for (const how of ["alive", "killed", "hanging"]) {
      await agent.start();
      const { pid } = agent;
      assert.equal(operator.reaches("127.0.0.7"), false, how);
      if (how === "killed") await agent.end("SIGKILL");
      if (how === "hanging") process.kill(pid, "SIGSTOP");
      const { status, stderr } = operator.run("off");
      assert.equal(status, 0, stderr);
      assert.equal(operator.reaches("127.0.0.7"), true, how);
      await agent.end("SIGKILL");
      assert.deepEqual(operator.status().hooks.attached, [], how);
    }
  });
});
