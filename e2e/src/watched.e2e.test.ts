import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { OVERFLOW_ROWS, readFlows, textOf } from "@ringfence/agent";
import { layout } from "@ringfence/kernel";
import { formatAddress, fromBytes16 } from "@ringfence/model";
import { inVm } from "./harness/in-vm.js";
import { isolated } from "./harness/isolated.js";
import { program } from "./harness/paths.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";
import { WatchedCgroup } from "./harness/watched-cgroup.js";

const { RF_ENDED_BY_US, RF_ENDED_BY_PEER } = layout.rf_ended_by;
const { RF_EGRESS, RF_INGRESS } = layout.rf_direction;
const TCP = 6;
const UDP = 17;
const ECONNREFUSED = 111;
const FLOWS = 30;
const ROWS = 8;

/** Sends a datagram of 100 bytes from each of so many sockets, and then another. */
const SENDERS = `
import socket, sys
hearers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(int(sys.argv[1]))]
senders = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in hearers]
for hearer in hearers: hearer.bind(("127.0.0.1", 0))
for sender, hearer in zip(senders, hearers): sender.connect(hearer.getsockname())
for _ in range(2):
    for sender in senders: sender.send(b"x" * 100)
`;

interface Talk {
  readonly pid: number;
  readonly port: number;
  readonly localPort: number;
  readonly udpPort: number;
}

const addressOf = (bytes: Uint8Array) => formatAddress(fromBytes16(bytes));

async function talk(place: WatchedCgroup, sent: number, answered: number, first: string): Promise<Talk> {
  const script = program("probe/talk.js");
  const command = [...isolated, process.execPath, script, `${sent}`, `${answered}`, first];
  const { code, stdout, stderr } = await place.run(command);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Talk;
}

describe("what an agent is told", () => {
  for (const first of ["client", "server"]) {
    test(`connections, with bytes, time and who ended them: the ${first}`, { timeout }, async () => {
      await using place = new WatchedCgroup(`talk-${first}`);
      const { pid, port, localPort } = await talk(place, 70_000, 1234, first);
      const of = place.told.connections.filter(({ tgid, protocol }) => tgid === pid && protocol === TCP);
      const out = of.find(({ direction, error }) => direction === RF_EGRESS && error === 0);
      const inn = of.find(({ direction }) => direction === RF_INGRESS);
      assert.ok(out !== undefined && inn !== undefined, "both ends are told");
      assert.deepEqual([out.port, out.local_port], [port, localPort]);
      assert.deepEqual([inn.port, inn.local_port], [localPort, port]);
      assert.deepEqual([out.sent_bytes, out.received_bytes], [70_000n, 1234n]);
      assert.deepEqual([inn.sent_bytes, inn.received_bytes], [1234n, 70_000n]);
      const [us, peer] = [RF_ENDED_BY_US, RF_ENDED_BY_PEER];
      const expected = first === "client" ? [us, peer] : [peer, us];
      assert.deepEqual([out.ended_by, inn.ended_by], expected);
      for (const event of [out, inn]) {
        assert.equal(addressOf(event.address), "127.0.0.1");
        assert.equal(addressOf(event.local_address), "127.0.0.1");
        assert.ok(event.opened_ns <= event.established_ns && event.established_ns < event.time_ns);
        assert.equal(place.executables.pathOf(event.exe), process.execPath);
      }
      const listener = place.told.listeners.find(({ tgid }) => tgid === pid);
      assert.equal(listener?.port, port);
      const refused = of.find(({ error }) => error !== 0);
      assert.deepEqual([refused?.error, refused?.established_ns, refused?.port], [ECONNREFUSED, 0n, port]);
      assert.equal(place.lost, 0);
    });
  }

  test("a UDP socket that is closed, and what its row counted", { timeout }, async () => {
    await using place = new WatchedCgroup("udp");
    const { pid, udpPort } = await talk(place, 1, 1, "client");
    const udp = place.told.connections.filter(({ tgid, protocol }) => tgid === pid && protocol === UDP);
    assert.equal(udp.length, 1, "only what was sent somewhere");
    const headers = 28n;
    assert.deepEqual([udp[0]?.port, udp[0]?.sent_bytes], [udpPort, 100n + headers]);
    assert.ok((udp[0]?.opened_ns ?? 0n) > 0n);
  });

  test("a port where nobody listens, once however often it is tried", { timeout }, async () => {
    await using place = new WatchedCgroup("stray");
    const { port } = await talk(place, 1, 1, "client");
    const strays = place.told.strays.filter((stray) => stray.port === port);
    assert.equal(strays.length, 1);
    assert.equal(addressOf(strays[0]?.source ?? new Uint8Array(16)), "127.0.0.1");
    assert.equal(strays[0]?.protocol, TCP);
  });

  test("each exec with what ran before it, and each exit with its status", { timeout }, async () => {
    await using place = new WatchedCgroup("life");
    await place.run(["sh", "-c", "(sh -c 'exec sleep 0'; exit 3); true"]);
    const { execs, exits } = place.told;
    const sleep = execs.find(({ comm }) => textOf(comm) === "sleep");
    assert.ok(sleep !== undefined, "the last image is told");
    const shells = execs.filter(({ comm }) => textOf(comm) === "sh");
    const inner = shells.find(({ tgid }) => tgid === sleep.tgid);
    assert.equal(inner?.start_ns, sleep.start_ns, "one process, two images");
    assert.notEqual(inner?.exec_ns, sleep.exec_ns);
    const line = sleep.line.slice(0, sleep.line_count).map((key) => place.executables.pathOf(key));
    assert.ok(line.includes(process.execPath), `this test is an ancestor: ${line}`);
    assert.ok(
      line.some((path) => /\/(da|ba)?sh$/.test(path)),
      `a shell is an ancestor: ${line}`,
    );
    assert.equal(textOf(sleep.args).slice(0, 5), "sleep");
    assert.ok(exits.some(({ exit_code }) => exit_code === 3 << 8));
    const ended = exits.find(({ tgid }) => tgid === sleep.tgid);
    assert.equal(ended?.exec_ns, sleep.exec_ns, "the image that ended");
  });

  test("the standard streams of an exec that are IP sockets", { timeout }, async () => {
    await using place = new WatchedCgroup("streams");
    const server = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; sleep 0; sh -c 'exit 0' <&3 >&3`;
    await place.run(["bash", "--norc", "-c", script]);
    server.close().unref();
    const streams = ({ stream }: layout.rf_exec_event) => stream.map(({ family }) => family);
    const shell = place.told.execs.find(
      ({ comm, stream }) => textOf(comm) === "sh" && stream[0]?.family === 2,
    );
    assert.ok(shell !== undefined, "the shell on the socket is told");
    assert.deepEqual(streams(shell), [2, 2, 0]);
    assert.deepEqual(
      [shell.stream[0]?.port, addressOf(shell.stream[0]?.address ?? new Uint8Array(16))],
      [port, "127.0.0.1"],
    );
    const sleep = place.told.execs.find(({ comm }) => textOf(comm) === "sleep");
    assert.deepEqual(sleep === undefined ? [] : streams(sleep), [0, 0, 0]);
  });

  test("each exec once, though two programs saw it, as they do while one agent follows another", {
    timeout,
    skip: inVm && "Linux 6.1 attaches a program to a tracepoint only once",
  }, async () => {
    await using place = new WatchedCgroup("twice");
    const links = ["process_fork", "process_exec", "process_exit"].map((name) =>
      place.fence.object.program(name).attach(),
    );
    await place.run(["sh", "-c", "sh -c 'sleep 0; true'; true"]);
    for (const link of links) link.destroy();
    const { execs, exits } = place.told;
    assert.deepEqual(execs.map(({ comm }) => textOf(comm)).slice(-3), ["sh", "sh", "sleep"]);
    assert.equal(new Set(execs.map(({ tgid, exec_ns }) => `${tgid} ${exec_ns}`)).size, execs.length);
    assert.equal(new Set(exits.map(({ tgid }) => tgid)).size, exits.length);
    const own = execs.find(({ comm }) => textOf(comm) === "sleep");
    const line = own?.line.slice(0, own.line_count).map((key) => place.executables.pathOf(key)) ?? [];
    assert.equal(
      line.filter((path) => path.endsWith("/sleep")).length,
      0,
      `its own image is no ancestor: ${line}`,
    );
    assert.deepEqual([...new Set(line)], line, "no image twice");
  });

  test("what a flow counted whose row another took, and of one that outlives its row", {
    timeout,
  }, async () => {
    await using place = new WatchedCgroup("rows");
    place.limitFlows(ROWS);
    const { code, stderr } = await place.run([...isolated, "python3", "-c", SENDERS, `${FLOWS}`]);
    assert.equal(code, 0, stderr);
    const { flows } = place.told;
    const kept = [...readFlows(place.fence.object.rawMap("flows"), OVERFLOW_ROWS + ROWS)];
    const sent = [...flows, ...kept].filter(({ key }) => key.protocol === UDP);
    const bytes = sent.reduce((sum, { sent_bytes }) => sum + sent_bytes, 0n);
    const headers = 28n;
    assert.equal(bytes, BigInt(2 * FLOWS) * (100n + headers), "no count is lost");
    assert.ok(flows.length >= FLOWS - ROWS, `${flows.length} rows were given to others`);
    assert.equal(place.lost, 0);
  });

  test("nothing of processes elsewhere", { timeout }, async () => {
    await using place = new WatchedCgroup("others");
    await using other = new WatchedCgroup("elsewhere");
    await other.run(["sh", "-c", "true"]);
    assert.ok(other.told.exits.length > 0);
    assert.ok(await until(() => place.read().exits.length === 0, 100));
    assert.deepEqual([place.told.execs.length, place.told.exits.length], [0, 0]);
  });
});
