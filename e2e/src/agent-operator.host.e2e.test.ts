import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { TestAgent } from "./harness/agent.js";
import { Operator, userProfile } from "./harness/operator.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";

/** Prints each datagram that it gets as a line; Node has no such sockets. */
const receiver = `use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; my $n = shift; $n =~ s/^@/\\0/;
bind($s, pack("Sa*", AF_UNIX, $n)) or die $!; $| = 1; print "bound\\n";
while (defined recv($s, my $m, 4096, 0)) { $m =~ s/\\n/ /g; print "$m\\n"; }`;

describe("an operator of ringfence agent", () => {
  test("applies, compares, shows and deletes profiles, and sees what is wrong in the folder", {
    timeout,
  }, async () => {
    await using agent = new TestAgent("operator");
    const operator = new Operator(agent);
    assert.equal(operator.run("policy", "list").status, 125);
    await agent.start();
    assert.equal(operator.reaches("127.0.0.7"), true);
    const web = operator.file("web.yaml", userProfile("web", ["127.0.0.8"]));
    const added = operator.run("policy", "diff", web);
    assert.equal(added.status, 1, added.stderr);
    assert.match(added.stdout, /^\+ profile web \(added\)\n {2}\+ mode: enforce\n/);
    assert.equal(operator.run("policy", "apply", web).status, 0);
    assert.deepEqual(
      ["127.0.0.7", "127.0.0.8"].map((to) => operator.reaches(to)),
      [false, true],
    );
    assert.equal(operator.run("policy", "diff", web).stdout, "nothing changes\n");
    assert.equal(operator.run("policy", "show", "web").stdout, userProfile("web", ["127.0.0.8"]));
    operator.file("web.yaml", `${userProfile("web", ["127.0.0.7"])}  colour: red\n`);
    const refused = operator.run("policy", "apply", web);
    assert.equal(refused.status, 125);
    assert.match(refused.stderr, new RegExp(`${web}:11:3: Unknown key "colour"`));
    assert.equal(operator.reaches("127.0.0.7"), false);
    // By hand, in the folder.
    agent.writeProfile("other.yaml", userProfile("web", ["127.0.0.7"]));
    assert.ok(await until(() => operator.run("policy", "list").status === 1));
    assert.match(
      operator.run("policy", "list").stderr,
      /"web" is defined in ".*other\.yaml" and in ".*web\.yaml"/,
    );
    agent.writeProfile("other.yaml", userProfile("other", ["127.0.0.7"]));
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
    const web = operator.file("mine/web.yaml", userProfile("web", ["127.0.0.8"]));
    const db = operator.file("mine/db.yaml", `${userProfile("db", [])}  colour: red\n`);
    const other = operator.file("other.yaml", userProfile("other", ["127.0.0.9"]));
    const missing = operator.run("policy", "apply", web, `${other}.gone`, `${db}.gone`);
    assert.deepEqual([missing.status, missing.stderr.match(/Cannot read policy file/g)?.length], [125, 2]);
    const refused = operator.run("policy", "apply", join(agent.folder, "mine"), other);
    assert.equal(refused.status, 125);
    assert.match(refused.stderr, new RegExp(`${db}:11:3: Unknown key "colour"`));
    assert.equal(operator.reaches("127.0.0.7"), true);
    operator.file("mine/db.yaml", userProfile("db", []));
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
    await using agent = new TestAgent("confirm", { "web.yaml": userProfile("web", ["127.0.0.7"]) });
    const operator = new Operator(agent);
    await agent.start();
    const web = operator.file("web.yaml", userProfile("web", []));
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
    await using agent = new TestAgent("status", { "web.yaml": userProfile("web", ["127.0.0.7"]) });
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

  test("has its service manager told when policy is in force, and of what a reload finds", {
    timeout,
  }, async () => {
    await using agent = new TestAgent("notify", { "web.yaml": userProfile("web", []) });
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
});
