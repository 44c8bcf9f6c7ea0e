import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { reportSchema } from "@ringfence/model/schemas";
import { canReset } from "./harness/can-reset.js";
import { EchoServers } from "./harness/echo-servers.js";
import { compileNative } from "./harness/native.js";
import { ringfencePath } from "./harness/paths.js";
import { profile, rules } from "./harness/profile.js";
import { replaceFile } from "./harness/replace-file.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";

/** Opens one connection that rests, one that talks, a connected UDP socket that talks; then does what it is told. */
const client = `
const net = require("net"), dgram = require("dgram");
const [tcp, udp] = process.argv.slice(1).map(Number);
const say = (text) => console.log(text);
const open = (name) => net.connect(tcp, "127.0.0.1").on("connect", () => say(name + " open"))
  .on("error", (error) => say(name + " " + error.code)).on("close", () => say(name + " closed"));
const idle = open("idle"), busy = open("busy");
busy.on("data", () => undefined);
const socket = dgram.createSocket("udp4").on("error", () => undefined);
socket.connect(udp, "127.0.0.1", () => say("udp open"));
setInterval(() => { if (busy.writable) busy.write("x"); try { socket.send("x", () => undefined); } catch {} }, 10);
process.stdin.on("data", (order) => {
  if (String(order).trim() === "connect") open("new");
  else process.exit(0);
});
`;

function allowing(name: string, ports: readonly number[]): string {
  return profile("p", { default: "deny", rules: rules({ [name]: { allow: { to: ["127.0.0.1"], ports } } }) });
}

describe("ringfence run --watch", () => {
  test("judges old and new flows by the new policy, resets those it denies, and keeps the old one on an error", {
    timeout,
  }, async () => {
    await using servers = await EchoServers.start();
    const { tcp4, udp4 } = servers;
    const folder = temporaryFolder();
    const file = join(folder, "policy.yaml");
    const report = join(folder, "report.json");
    replaceFile(file, allowing("first", [tcp4.port, udp4.port]));
    const said = { out: "", err: "" };
    const heard = (name: "out" | "err", text: string, times = 1) =>
      until(() => said[name].split(text).length > times);
    const step = async (name: "out" | "err", text: string, times = 1) =>
      assert.ok(await heard(name, text, times), `no "${text}": ${said.out} ${said.err}`);
    let child: ChildProcess | undefined;
    const options = [
      "--report",
      "json",
      "--report-file",
      report,
      "--user",
      "nobody",
      "--watch",
      "--policy",
      file,
    ];
    const command = [process.execPath, "-e", client, String(tcp4.port), String(udp4.port)];
    const finished = runProcess(ringfencePath, ["run", ...options, "--", ...command], {
      input: null,
      onStart: (started) => {
        child = started;
        started.stdout?.on("data", (text: string) => (said.out += text));
        started.stderr?.on("data", (text: string) => (said.err += text));
      },
    });
    const order = (text: string) => child?.stdin?.write(`${text}\n`);
    try {
      for (const name of ["idle", "busy", "udp"]) await step("out", `${name} open`);
      assert.ok(await until(() => tcp4.bytes > 3 && udp4.bytes > 3));

      replaceFile(file, allowing("second", [1]));
      await step("err", "is in force");
      const bytes = { tcp: tcp4.bytes, udp: udp4.bytes };
      if (canReset()) for (const name of ["idle", "busy"]) await step("out", `${name} closed`);
      order("connect");
      await step("out", "new EPERM");
      await new Promise((resolve) => setTimeout(resolve, 300));
      // what was in the receiver's queue at the change may still have been read
      assert.ok(tcp4.bytes - bytes.tcp <= 2, `${tcp4.bytes - bytes.tcp} bytes got through`);
      assert.ok(udp4.bytes - bytes.udp <= 2, `${udp4.bytes - bytes.udp} bytes got through`);

      replaceFile(file, allowing("third", [tcp4.port]).replace('"ports"', '"porst"'));
      await step("err", "the policy stays as it was");
      assert.match(said.err, /policy\.yaml:1:\d+: .*porst/);
      order("connect");
      await step("out", "new EPERM", 2);

      replaceFile(file, allowing("fourth", [tcp4.port]));
      await step("err", "is in force", 2);
      order("connect");
      await step("out", "new open");
    } finally {
      order("end");
    }
    const { code } = await finished;
    assert.equal(code, 0, said.err);
    const { flows, policy } = reportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
    const revisions = [...new Set(flows.map((flow) => flow.policyRevision))];
    assert.equal(revisions.length, 3);
    assert.ok(flows.some((flow) => flow.rule === "p/first" && flow.outcome === "allowed"));
    assert.ok(flows.some((flow) => flow.rule === "p/fourth" && flow.policyRevision === policy.revision));
    const denied = flows.filter((flow) => flow.outcome === "denied");
    assert.deepEqual([...new Set(denied.map((flow) => flow.rule))], ["p/egress.default"]);
    assert.deepEqual([...new Set(denied.map((flow) => `${flow.hook} ${flow.protocol}`))].sort(), [
      "connect tcp",
      "packet tcp",
      "packet udp",
    ]);
    const ended = denied.filter(({ hook, protocol }) => hook === "packet" && protocol === "tcp");
    // without a reset they end under the fourth policy, which allows them again
    if (canReset())
      assert.ok(
        ended.some(({ sentBytes }) => sentBytes > 0),
        "their last segments were not counted",
      );
  });

  test("lets no UDP socket with a past out to where the new policy forbids", { timeout }, async () => {
    const folder = temporaryFolder();
    const file = join(folder, "policy.yaml");
    const [kept, calm, gone] = [createSocket("udp4"), createSocket("udp4"), createSocket("udp4")];
    const [got, calmGot]: [string[], string[]] = [[], []];
    gone.on("message", (data) => got.push(String(data)));
    calm.on("message", (data) => calmGot.push(String(data)));
    for (const socket of [kept, calm, gone]) await once(socket.bind(0, "127.0.0.1"), "listening");
    const ports = [kept.address().port, calm.address().port, gone.address().port];
    const first = rules({
      one: { allow: { to: ["127.0.0.1"], ports } },
      two: { allow: { to: ["127.0.0.2"] } },
    });
    replaceFile(file, profile("p", { default: "deny", rules: first }));
    const options = ["--report", "none", "--user", "nobody", "--watch", "--policy", file];
    const command = [compileNative("old-datagrams", folder), ...ports.map(String)];
    const said = { out: "", err: "" };
    let child: ChildProcess | undefined;
    const finished = runProcess(ringfencePath, ["run", ...options, "--", ...command], {
      input: null,
      onStart: (started) => {
        child = started;
        started.stdout?.on("data", (text: string) => (said.out += text));
        started.stderr?.on("data", (text: string) => (said.err += text));
      },
    });
    try {
      assert.ok(await until(() => said.out.includes("ready") && got.length > 0), said.err);
      replaceFile(file, allowing("second", ports.slice(0, 2)));
      assert.ok(await until(() => said.err.includes("is in force")), said.err);
    } finally {
      child?.stdin?.end("\n");
    }
    const { stdout, stderr } = await finished;
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const socket of [kept, calm, gone]) socket.close();
    assert.deepEqual(got, ["early"], stderr);
    assert.deepEqual(calmGot, ["corked"], "what was corked to where both policies let it go was lost");
    const lines = stdout.trim().split("\n").slice(1);
    assert.deepEqual(
      lines.filter((line) => !line.startsWith("port 0")),
      ["connected once: EPERM", "another since: EPERM", "fresh: EPERM"],
    );
    assert.ok(
      lines.some((line) => /^port 0: E/.test(line)),
      stdout,
    );
  });

  test("lets nobody be answered whom only the old policy let speak", { timeout }, async () => {
    const file = join(temporaryFolder(), "policy.yaml");
    const policy = (action: "allow" | "deny") =>
      profile("p", { default: "deny", ingress: { default: action }, listen: "0-65535" });
    replaceFile(file, policy("allow"));
    const said = { out: "", err: "" };
    const peer = createSocket("udp4");
    let answers = 0;
    peer.on("message", () => (answers += 1));
    const options = ["--report", "none", "--user", "nobody", "--watch", "--policy", file];
    let child: ChildProcess | undefined;
    const finished = runProcess(ringfencePath, ["run", ...options, "--", process.execPath, "-e", answerer], {
      input: null,
      onStart: (started) => {
        child = started;
        started.stdout?.on("data", (text: string) => (said.out += text));
        started.stderr?.on("data", (text: string) => (said.err += text));
      },
    });
    try {
      assert.ok(await until(() => said.out.includes("port")), said.err);
      peer.send("hello", Number(/port (\d+)/.exec(said.out)?.[1]), "127.0.0.1");
      assert.ok(await until(() => answers === 1), said.out);
      replaceFile(file, policy("deny"));
      assert.ok(await until(() => said.err.includes("is in force")), said.err);
      // a second one in the queue before the order: heard only if the new policy were asked no more
      await new Promise((resolve) =>
        peer.send("more", Number(/port (\d+)/.exec(said.out)?.[1]), "127.0.0.1", resolve),
      );
      child?.stdin?.write("again\n");
      assert.ok(await until(() => said.out.includes("again")), said.err);
    } finally {
      child?.stdin?.end("\n");
    }
    await finished;
    peer.close();
    assert.match(said.out, /first null\nagain EPERM\nheard 1\n/);
    assert.equal(answers, 1);
  });

  test("refuses a root command, and a file that others may change", { timeout }, async () => {
    const folder = temporaryFolder();
    const file = join(folder, "policy.yaml");
    writeFileSync(file, allowing("one", [1]), { mode: 0o644 });
    const attempt = async (...options: readonly string[]) => {
      const { code, stderr } = await runProcess(ringfencePath, ["run", "--watch", ...options, "--", "true"]);
      assert.equal(code, 125);
      return stderr;
    };
    assert.match(await attempt("--policy", file), /not for a root command/);
    assert.match(await attempt("--user", "nobody"), /needs a policy file/);
    writeFileSync(join(folder, "open.yaml"), allowing("one", [1]));
    const open = join(folder, "open.yaml");
    const { code } = await runProcess("chmod", ["o+w", open]);
    assert.equal(code, 0);
    assert.match(await attempt("--user", "nobody", "--policy", open), /others may change ".*open\.yaml"/);
  });
});

/** A UDP server that answers the first datagram at once, and again when it is told to; prints how many it heard. */
const answerer = `
const socket = require("dgram").createSocket("udp4");
let heard = 0;
socket.bind(0, "127.0.0.1", () => console.log("port " + socket.address().port));
socket.on("message", () => heard++);
socket.once("message", (_, { port, address }) => {
  const answer = (name, then) => socket.send(name, port, address, (error) => { console.log(name, error && error.code); then(); });
  // what was in the socket's queue at the order has been read by the second turn of the loop
  const end = () => setImmediate(() => setImmediate(() => { console.log("heard", heard); process.exit(); }));
  answer("first", () => process.stdin.once("data", () => answer("again", end)));
});
`;
