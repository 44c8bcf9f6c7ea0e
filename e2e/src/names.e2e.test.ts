import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { ReportQuery } from "@ringfence/model";
import { type FencedRun, fence } from "./harness/fence.js";
import { program } from "./harness/paths.js";
import { RESOLVER, RESOLVER6, ResolverNetwork, STRANGER } from "./harness/resolver-network.js";
import { timeout } from "./harness/timeout.js";

/** Of a whole suite: its tests share a network, and take 20 s each where the machine is emulated. */
const network = new ResolverNetwork();
after(() => network[Symbol.asyncDispose]());

/** Sends A queries over UDP, for names between commas; waits a second or less for each answer; connects to 192.0.2.1. */
const ask = `
import socket, struct, sys
names, resolver = sys.argv[1].split(","), sys.argv[2]
family = socket.AF_INET6 if ":" in resolver else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.settimeout(1)
for name in names:
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0"
    s.sendto(b"\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" + labels + b"\\0\\1\\0\\1", (resolver, 53))
    try:
        s.recv(65535)
    except OSError:
        pass
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9))
`;

/** Asks for names over one TCP connection, each byte of a query in a segment of its own, and reads all answers. */
const askOverTcp = `
import socket, struct, sys
s = socket.create_connection((sys.argv[1], 53), 10)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
names = sys.argv[2:]
for i, name in enumerate(names):
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0"
    query = struct.pack(">HHHHHH", i, 256, 1, 0, 0, 0) + labels + b"\\0\\1\\0\\1"
    for byte in struct.pack(">H", len(query)) + query:
        s.send(bytes([byte]))
def take(n):
    data = b""
    while len(data) < n:
        part = s.recv(n - len(data))
        data += part
        if not part:
            sys.exit("cut")
    return data
for name in names:
    take(struct.unpack(">H", take(2))[0])
`;

/** Sends queries of one length in one call (UDP_SEGMENT) and takes the answers together (UDP_GRO). */
const askAtOnce = `
import socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 53))
s.setsockopt(17, 104, 1)
queries = []
for i, name in enumerate(sys.argv[2:]):
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0"
    queries.append(struct.pack(">HHHHHH", i, 256, 1, 0, 0, 0) + labels + b"\\0\\1\\0\\1")
s.setsockopt(17, 103, len(queries[0]))
s.send(b"".join(queries))
time.sleep(0.5)
s.settimeout(0.5)
try:
    while True:
        s.recv(65535)
except OSError:
    pass
`;

function askFor(name: string, resolver = RESOLVER, options: { readonly resolvers?: readonly string[] } = {}) {
  return fence(["python3", "-c", ask, name, resolver], {
    via: network.via(...(options.resolvers ?? [RESOLVER])),
  });
}

function rowOf(run: FencedRun, name: string): ReportQuery {
  const row = run.report.names.queries.find((query) => query.name === name);
  assert.ok(row, `no row of ${name}: ${JSON.stringify(run.report.names)}`);
  return row;
}

/** The names that the report gives the flows to an address. */
function namesOf(run: FencedRun, address: string): string[] {
  const flows = run.report.flows.filter((flow) => flow.address === address);
  assert.ok(flows.length > 0, `nothing went to ${address}`);
  return [...new Set(flows.flatMap(({ names }) => names.map(({ name }) => name)))];
}

/** Words of a shell that wait until somebody serves that port, at that address as /proc/net has it. */
const untilServed = (port: string) =>
  `until grep -q "${port} " /proc/net/udp && grep -q "${port} " /proc/net/tcp; do sleep 0.1; done`;

describe("ringfence run learns names", () => {
  test("before the application reads the answer, and says who asked", { timeout }, async () => {
    await network.serveProbe(RESOLVER);
    const run = await askFor("www.Example.com");
    const row = rowOf(run, "www.example.com");
    assert.deepEqual(
      [row.type, row.answer, row.trust, row.resolver, row.addresses, row.learned],
      ["A", "NOERROR", "trusted", RESOLVER, ["192.0.2.1"], 1],
    );
    assert.deepEqual(namesOf(run, "192.0.2.1"), ["www.example.com"]);
    assert.deepEqual(run.report.names.resolvers, [RESOLVER]);
    const [line] = run.dnsLog;
    assert.equal(line?.execId, run.report.flows[0]?.processes[0]?.execId);
    assert.ok((line?.latencyMs ?? 0) > 0);
    const verdict = run.log.find(({ address }) => address === "192.0.2.1");
    assert.equal(verdict?.domain, "www.example.com", "the log knows the name at the connection");
    const { queries, answers, malformed, unasked } = run.report.names.counters;
    assert.deepEqual([queries, answers, malformed, unasked], [1, 1, 0, 0]);
  });

  test("of every address in an answer", { timeout }, async () => {
    const run = await askFor("many-200.example.com");
    assert.deepEqual(
      [rowOf(run, "many-200.example.com").found, rowOf(run, "many-200.example.com").learned],
      [200, 200],
    );
  });

  test("over IPv6", { timeout }, async () => {
    await network.serveProbe(RESOLVER6);
    const run = await askFor("six.example.com", RESOLVER6, { resolvers: [RESOLVER6] });
    assert.deepEqual(namesOf(run, "192.0.2.1"), ["six.example.com"]);
  });

  test("of every address in an answer over TCP, after one over UDP that was cut", { timeout }, async () => {
    const run = await fence(["getent", "ahostsv4", "big-1000.example.com"], { via: network.via(RESOLVER) });
    const rows = run.report.names.queries.filter(({ type }) => type === "A");
    const seen = rows.map(({ protocol, found, learned }) => [protocol, found, learned]);
    assert.deepEqual(seen, [
      ["udp", 0, 0],
      ["tcp", 1000, 1000],
    ]);
  });

  test("of as many addresses as a message can have", { timeout }, async () => {
    const run = await fence(["python3", "-c", askOverTcp, RESOLVER, "big-4090.example.com"], {
      via: network.via(RESOLVER),
    });
    assert.equal(rowOf(run, "big-4090.example.com").learned, 4090);
  });

  test("of an answer that comes in parts, and of two in one segment, over one connection", {
    timeout,
  }, async () => {
    const names = ["slow-50.example.com", "held-2.example.com", "more-3.example.com", "slow-9.example.com"];
    const run = await fence(["python3", "-c", askOverTcp, RESOLVER, ...names], {
      via: network.via(RESOLVER),
    });
    assert.deepEqual(
      names.map((name) => rowOf(run, name).learned),
      [50, 2, 3, 9],
    );
    const { counters } = run.report.names;
    assert.deepEqual([counters.malformed, counters.unasked, run.report.losses.dnsStreams], [0, 0, 0]);
  });

  test("of several datagrams that the kernel gives at once", { timeout }, async () => {
    const names = Array.from({ length: 10 }, (_, index) => `gro${index}.example.com`);
    const run = await fence(["python3", "-c", askAtOnce, RESOLVER, ...names], { via: network.via(RESOLVER) });
    assert.deepEqual(
      names.map((name) => rowOf(run, name).learned),
      names.map(() => 1),
    );
  });

  test("from no answer that is malformed, or to another query, and tells of those that nobody answers", {
    timeout,
  }, async () => {
    const names = ["otherid", "othername", "cut", "loop", "silent"].map((label) => `${label}.example.com`);
    const run = await askFor(names.join(","));
    assert.deepEqual(namesOf(run, "192.0.2.1"), []);
    assert.deepEqual(
      names.map((name) => rowOf(run, name).answer),
      names.map(() => null),
    );
    const { counters, askers } = run.report.names;
    assert.deepEqual([counters.unasked, counters.malformed], [2, 2]);
    assert.equal(askers[0]?.unanswered, names.length);
  });

  test("of an answer whose segments come late, and drops those that come before them", {
    timeout,
  }, async (t) => {
    if (!network.loseSegments()) return t.skip("this kernel has no nftables: nothing loses a segment here");
    t.after(() => network.loseNothing());
    const names = Array.from({ length: 6 }, (_, index) => `slow-${300 + index}.example.com`);
    const run = await fence(["python3", "-c", askOverTcp, RESOLVER, ...names], {
      via: network.via(RESOLVER),
    });
    assert.deepEqual(
      names.map((name) => rowOf(run, name).learned),
      [300, 301, 302, 303, 304, 305],
    );
    assert.ok(run.report.names.counters.reordered > 0, "no segment came early");
    assert.deepEqual([run.report.losses.dnsStreams, run.report.names.counters.malformed], [0, 0]);
  });

  test("from no resolver but the host's", { timeout }, async () => {
    await network.serveProbe(STRANGER);
    const run = await askFor("www.example.com", STRANGER);
    const row = rowOf(run, "www.example.com");
    assert.deepEqual([row.trust, row.found, row.learned], ["untrusted", 1, 0]);
    assert.deepEqual(namesOf(run, "192.0.2.1"), []);
  });

  test("from no process of its own that sits on the resolver's address", { timeout }, async () => {
    const server = program("probe/dns-server.js");
    const script = `"$0" "$1" 127.0.0.53 & ${untilServed("3500007F:0035")}
python3 -c "$2" forged.example.com 127.0.0.53; kill $!`;
    const run = await fence(["sh", "-c", script, process.execPath, server, ask], {
      via: network.via("127.0.0.53"),
    });
    assert.deepEqual(
      [rowOf(run, "forged.example.com").trust, rowOf(run, "forged.example.com").learned],
      ["forged", 0],
    );
    assert.deepEqual(namesOf(run, "192.0.2.1"), []);
    assert.ok(run.report.names.counters.forged > 0);
  });

  test("from nobody in a network namespace of its own that has the resolver's address", {
    timeout,
  }, async () => {
    const server = program("probe/dns-server.js");
    const inner = `ip link set lo up; ip addr add ${RESOLVER}/32 dev lo; ip route add default dev lo; "$0" "$1" ${RESOLVER} &
${untilServed(":0035")}; python3 -c "$2" own.example.com ${RESOLVER}; kill $!`;
    const command = [
      "unshare",
      "--user",
      "--map-root-user",
      "--net",
      "sh",
      "-c",
      inner,
      process.execPath,
      server,
      ask,
    ];
    const run = await fence(command, { via: network.via(RESOLVER) });
    assert.deepEqual(
      [rowOf(run, "own.example.com").trust, rowOf(run, "own.example.com").learned],
      ["untrusted", 0],
    );
  });
});
