import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { RingfenceError } from "@ringfence/model";
import { PolicyErrors } from "../policy/policy-errors.js";
import { AgentLock } from "./agent-lock.js";
import { ControlClient } from "./control-client.js";
import type { ControlMethods, ControlStream } from "./control-method.js";
import { ControlServer } from "./control-server.js";

const READERS = 54_321;
let folder = "";
let path = "";
let server: ControlServer | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ringfence-control-"));
  chmodSync(folder, 0o755);
  path = join(folder, "run", "agent.sock");
});
afterEach(async () => {
  await server?.stop();
  server = null;
  rmSync(folder, { recursive: true });
});

async function start(methods: ControlMethods, readers: number | null = READERS): Promise<ControlServer> {
  server = await ControlServer.start({ path, readers, methods });
  return server;
}

const whoami = {
  access: "read",
  handle: async (params, { access, uid }) => ({ access, uid, params }),
} as const satisfies ControlMethods[string];
const change = { access: "change", handle: async () => "changed" } as const satisfies ControlMethods[string];

/** Sends lines as another user, and returns what comes back, in the order of the requests. */
async function askAs(
  ids: readonly string[],
  lines: readonly string[],
  text = JSON.stringify(lines.join("")),
): Promise<readonly unknown[]> {
  const script = `const s = require("net").connect(${JSON.stringify(path)}, () => s.end(${text}));
    s.on("error", (e) => console.log(JSON.stringify(e.code))); s.on("data", (d) => process.stdout.write(d));`;
  const child = spawn("setpriv", [...ids, process.execPath, "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  await once(child, "close");
  return Buffer.concat(chunks)
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .sort((a, b) => a.id - b.id);
}

const line = (id: number, method: string) => `${JSON.stringify({ id, method })}\n`;

test("ControlServer answers root, with parameters, and tells results and errors apart", async () => {
  const location = { file: "a.yaml", line: 1, column: 2 };
  const one = new RingfenceError("RF_POLICY_YAML", "bad", { hint: "do", location });
  await start({
    whoami,
    change,
    one: { access: "read", handle: () => Promise.reject(one) },
    several: { access: "read", handle: () => Promise.reject(new PolicyErrors([one, one])) },
    broken: { access: "read", handle: () => Promise.reject(new TypeError("oops")) },
  });
  using client = await ControlClient.connect(path);
  assert.deepEqual(await client.request("whoami", { a: [1] }), {
    access: "change",
    uid: 0,
    params: { a: [1] },
  });
  assert.equal(await client.request("change"), "changed");
  await assert.rejects(client.request("one"), {
    code: "RF_POLICY_YAML",
    message: "bad",
    hint: "do",
    location,
  });
  await assert.rejects(
    client.request("several"),
    (error) => error instanceof PolicyErrors && error.errors.length === 2,
  );
  await assert.rejects(client.request("broken"), { code: "RF_INTERNAL", message: "oops" });
  await assert.rejects(client.request("toString"), { code: "RF_REQUEST" });
});

test("ControlServer lets the readers' group look and not change, by any of their groups, and nobody else in", async () => {
  await start({ whoami, change });
  assert.equal(statSync(path).mode & 0o777, 0o660);
  assert.equal(statSync(path).gid, READERS);
  for (const ids of [
    ["--reuid=1234", "--regid=77", `--groups=5,${READERS}`],
    ["--reuid=1234", `--regid=${READERS}`, "--clear-groups"],
  ]) {
    const [first, second] = await askAs(ids, [line(1, "whoami"), line(2, "change")]);
    assert.deepEqual(first, { id: 1, result: { access: "read", uid: 1234, params: {} } });
    assert.equal((second as { error: { code: string } }).error.code, "RF_ACCESS");
  }
  const outsider = ["--reuid=1234", "--regid=77", "--clear-groups"];
  assert.deepEqual(await askAs(outsider, [line(1, "whoami")]), ["EACCES"]);
  // The mode of the file is not all that keeps them out.
  chmodSync(path, 0o666);
  const [answer] = await askAs(outsider, [line(1, "whoami")]);
  assert.equal((answer as { error: { code: string } }).error.code, "RF_ACCESS");
});

test("ControlServer is for root alone without a group", async () => {
  await start({ whoami }, null);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  chmodSync(path, 0o666);
  const [answer] = await askAs(["--reuid=1234", "--regid=0", "--clear-groups"], [line(1, "whoami")]);
  assert.equal((answer as { error: { code: string } }).error.code, "RF_ACCESS");
});

test("ControlServer refuses malformed lines and goes on, and hangs up on a line that is too long", async () => {
  await start({ whoami });
  const bad = [
    "nonsense\n",
    "[]\n",
    '{"id":1}\n',
    '{"id":1,"method":"whoami","params":[]}\n',
    "\n",
    line(7, "whoami"),
  ];
  const reader = ["--reuid=1234", `--regid=${READERS}`, "--clear-groups"];
  const answers = await askAs(reader, bad);
  assert.equal(
    answers.filter((answer) => (answer as { error?: { code: string } }).error?.code === "RF_REQUEST").length,
    5,
  );
  assert.equal(
    (answers.find((answer) => (answer as { id: number }).id === 7) as { result?: object }).result ===
      undefined,
    false,
  );
  const [answer] = await askAs(reader, [], '"x".repeat(2 ** 20 + 1)');
  assert.match((answer as { error: { message: string } }).error.message, /too long/);
});

test("ControlServer takes a request in any pieces", async () => {
  await start({ whoami });
  const socket = connect(path);
  for (const character of line(1, "whoami")) {
    socket.write(character);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [data] = await once(socket, "data");
  assert.equal(JSON.parse(String(data)).id, 1);
  socket.destroy();
});

test("ControlServer drops events for a peer that does not read, tells it how many, and holds nobody up", async () => {
  const streams: ControlStream[] = [];
  await start({
    whoami,
    watch: {
      access: "read",
      handle: (_params, _peer, stream) => {
        streams.push(stream);
        return new Promise((resolve) => stream.signal.addEventListener("abort", () => resolve("ended")));
      },
    },
  });
  const slow = connect(path);
  slow.write(line(1, "watch"));
  while (streams.length === 0) await new Promise((resolve) => setImmediate(resolve));
  slow.pause();
  const text = "x".repeat(10_000);
  for (let i = 0; i < 1000; i++) streams[0]?.send({ i, text });
  using client = await ControlClient.connect(path);
  await client.request("whoami");
  let got = 0;
  let lost = 0;
  let rest = "";
  const all = new Promise<void>((resolve) => {
    slow.on("data", (bytes) => {
      const lines = (rest + bytes).split("\n");
      rest = lines.pop() ?? "";
      for (const one of lines.map((each) => JSON.parse(each))) {
        if (one.lost !== undefined) lost += one.lost;
        else got++;
      }
      if (got + lost === 1000) resolve();
    });
  });
  slow.resume();
  await all;
  assert.ok(lost > 0 && got > 0);
  slow.destroy();
  while (streams[0]?.signal.aborted === false) await new Promise((resolve) => setImmediate(resolve));
});

test("ControlServer keeps connections for root when readers took all of theirs", async () => {
  await start({ whoami });
  const script = `const net = require("net"); let refused = 0, open = 0;
    for (let i = 0; i < 60; i++) { const s = net.connect(${JSON.stringify(path)}); s.on("error", () => {});
      s.on("data", (d) => { if (String(d).includes("RF_REQUEST")) refused++; else open++; if (refused + open === 60) console.log(refused); });
      s.write(${JSON.stringify(line(1, "whoami"))}); }`;
  const child = spawn(
    "setpriv",
    ["--reuid=1234", `--regid=${READERS}`, "--clear-groups", process.execPath, "-e", script],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [refused] = await once(child.stdout, "data");
  assert.equal(String(refused).trim(), "12");
  using client = await ControlClient.connect(path);
  assert.ok(await client.request("whoami"));
  child.kill();
});

test("ControlServer replaces a stale socket, refuses one that answers, and leaves other files alone", async () => {
  const agent = spawnSync(process.execPath, [
    "-e",
    `require("net").createServer().listen(${JSON.stringify(join(folder, "stale"))}, () => process.kill(process.pid, "SIGKILL"))`,
  ]);
  assert.equal(agent.signal, "SIGKILL");
  path = join(folder, "stale");
  assert.ok(existsSync(path));
  await start({ whoami });
  await assert.rejects(
    ControlServer.start({ path, readers: null, methods: {} }),
    (error) =>
      error instanceof RingfenceError &&
      error.code === "RF_AGENT_RUNS" &&
      error.message.includes(`Process ${process.pid} `),
  );
  using client = await ControlClient.connect(path);
  assert.ok(await client.request("whoami"));
  const file = join(folder, "file");
  writeFileSync(file, "precious");
  await assert.rejects(ControlServer.start({ path: file, readers: null, methods: {} }), { code: "RF_STATE" });
  assert.equal(readFileSync(file, "utf8"), "precious");
});

test("ControlClient says that no agent is there, and that one went away", async () => {
  await assert.rejects(ControlClient.connect(path), { code: "RF_AGENT_ABSENT" });
  const running = await start({ wait: { access: "read", handle: () => new Promise(() => undefined) } });
  using client = await ControlClient.connect(path);
  const answer = client.request("wait");
  const refused = assert.rejects(answer, { code: "RF_AGENT_LOST" });
  await running.stop();
  await refused;
  await assert.rejects(client.request("wait"), { code: "RF_AGENT_LOST" });
  assert.equal(existsSync(path), false);
});

test("AgentLock lets one agent at a time use a state folder, and names the other", () => {
  const state = join(folder, "state");
  const lock = AgentLock.take(state);
  assert.equal(statSync(state).mode & 0o777, 0o700);
  assert.throws(
    () => AgentLock.take(state),
    (error) =>
      error instanceof RingfenceError &&
      error.code === "RF_AGENT_RUNS" &&
      error.message.includes(`process ${process.pid}`),
  );
  lock.release();
  AgentLock.take(state).release();
  assert.throws(() => AgentLock.take("/dev/null/state"), { code: "RF_STATE" });
});
