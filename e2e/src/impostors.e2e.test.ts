import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { ReportQuery } from "@ringfence/model";
import { TestCgroup } from "./harness/cgroups.js";
import { type FencedRun, fence } from "./harness/fence.js";
import { RESOLVER, RESOLVER6, ResolverNetwork } from "./harness/resolver-network.js";
import { timeout } from "./harness/timeout.js";

/** Of a whole suite: its tests share a network, and take 20 s each where the machine is emulated. */
const STUB = "127.0.0.53";
const network = new ResolverNetwork();
after(() => network[Symbol.asyncDispose]());

/** A query for a name's address, and an answer that it is 192.0.2.1. */
const messages = `
import os, socket, struct, sys
def question(name):
    return b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0\\0\\1\\0\\1"
def query(name):
    return b"\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" + question(name)
def answer(name):
    record = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\x09\\0\\4" + socket.inet_aton("192.0.2.1")
    return b"\\x12\\x34\\x81\\x80\\0\\1\\0\\1\\0\\0\\0\\0" + question(name) + record
def framed(message):
    return struct.pack(">H", len(message)) + message
def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET
NAME = "forged.example.com"
`;

/** A child makes a server, in another cgroup if one is given, and answers one query; its parent asks. */
const serveAndAsk = `${messages}
entry, how, bound, resolver = sys.argv[1:]
kind = socket.SOCK_DGRAM if how == "udp" else socket.SOCK_STREAM
ready, tell = os.pipe()
if os.fork() == 0:
    if entry:
        open(entry, "w").write("0")
    if how == "handed in":
        s = socket.socket(fileno=0)
    else:
        s = socket.socket(family_of(bound), kind)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if how == "beside":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind((bound, 53))
    if how == "udp":
        os.write(tell, b"1")
        s.sendto(answer(NAME), s.recvfrom(1000)[1])
        os._exit(0)
    s.listen()
    if how == "beside":
        # SO_ATTACH_REUSEPORT_CBPF: whoever connects gets the second of those that listen
        import ctypes
        code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 1))
        s.setsockopt(socket.SOL_SOCKET, 51, struct.pack("HxxxxxxQ", 1, ctypes.addressof(code)))
    os.write(tell, b"1")
    c = s.accept()[0]
    c.recv(1000)
    c.send(framed(answer(NAME)))
    c.recv(1)
    os._exit(0)
os.close(tell)
if os.read(ready, 1) != b"1":
    sys.exit("no listener")
s = socket.socket(family_of(resolver), kind)
s.connect((resolver, 53))
s.send(query(NAME) if how == "udp" else framed(query(NAME)))
s.recv(1000)
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9))
`;

/** Asks a resolver over UDP, and sends itself the answer from that one's address in its own way. */
const overUdp = `${messages}
how, resolver, own = sys.argv[1:]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.bind((own, 0))
s.sendto(query(NAME), (resolver, 53))
port = s.getsockname()[1]
if how == "transparent":
    forger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    forger.setsockopt(socket.IPPROTO_IP, socket.IP_TRANSPARENT, 1)
    forger.bind((resolver, 53))
    forger.sendto(answer(NAME), (own, port))
else:
    payload = struct.pack(">HHHH", 53, port, 8 + len(answer(NAME)), 0) + answer(NAME)
    forger = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    head = lambda part, at, more: struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(part), 7, at // 8 | more << 13, 64, 17, 0,
        socket.inet_aton(resolver), socket.inet_aton(own))
    cuts = [0, 8, len(payload)] if how == "fragments" else [0, len(payload)]
    for at, end in zip(cuts, cuts[1:]):
        part = payload[at:end]
        forger.sendto(head(part, at, int(end < len(payload))) + part, (own, 0))
s.recv(1000)
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9))
`;

function rowOf(run: FencedRun): ReportQuery {
  const [row] = run.report.names.queries;
  assert.ok(row, `no query: ${run.stderr}`);
  return row;
}

/** The answer came, and taught nothing. */
function assertForged(run: FencedRun): void {
  const { trust, found, learned } = rowOf(run);
  assert.deepEqual([trust, found, learned], ["forged", 1, 0], run.stderr);
  assert.deepEqual(
    run.report.flows.flatMap(({ names }) => names),
    [],
  );
  assert.ok(run.report.names.counters.forged > 0);
  assert.ok(
    run.report.warnings.some((warning) => warning.includes("taught no names")),
    String(run.report.warnings),
  );
}

describe("ringfence run learns no names of a listener that a fenced process made in another cgroup", () => {
  const tricks: Readonly<Record<string, readonly [how: string, bound: string, resolver?: string]>> = {
    "at the resolver's address": ["alone", STUB],
    "at every address": ["alone", "0.0.0.0"],
    "at every address of IPv6, which takes IPv4": ["alone", "::"],
    "at the resolver's address as IPv6 writes it": ["alone", `::ffff:${STUB}`],
    "at every address of IPv4 as IPv6 writes it": ["alone", "::ffff:0.0.0.0"],
    "at the address of a resolver that has IPv6": ["alone", "::1", "::1"],
    "beside the real resolver, and steers to itself": ["beside", STUB],
    "for datagrams, as a policy that denies nothing leaves them": ["udp", STUB],
  };
  const real = `${messages}
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(("${STUB}", 53))
s.listen()
print("ready", flush=True)
while True:
    s.accept()[0].close()
`;
  for (const [name, [how, bound, resolver = STUB]] of Object.entries(tricks)) {
    test(name, { timeout }, async () => {
      await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
      if (how === "beside") await network.serveInside(["python3", "-c", real], /ready/);
      assertForged(
        await fence(["python3", "-c", serveAndAsk, group.entry, how, bound, resolver], {
          via: network.via(resolver),
        }),
      );
    });
  }
});

describe("ringfence run learns no names", () => {
  test("of a listener whose socket was made and bound outside", { timeout }, async () => {
    const bind = `
import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("127.0.0.54", 53))
os.dup2(s.fileno(), 0)
os.execvp(sys.argv[1], sys.argv[1:])`;
    const command = ["python3", "-c", serveAndAsk, "", "handed in", "", "127.0.0.54"];
    assertForged(await fence(command, { via: [...network.via("127.0.0.54"), "python3", "-c", bind] }));
  });

  const senders: Readonly<Record<string, readonly [how: string, resolver: string, own: string]>> = {
    "a raw socket": ["raw", STUB, "127.0.0.1"],
    "a raw socket, in fragments": ["fragments", STUB, "127.0.0.1"],
    "a transparent socket": ["transparent", RESOLVER, "198.51.100.2"],
  };
  for (const [name, [how, resolver, own]] of Object.entries(senders)) {
    test(`of what ${name} sends as the resolver`, { timeout }, async () => {
      const command = ["python3", "-c", overUdp, how, resolver, own];
      // nothing else may open such a socket, and what enforces refuses fragments of raw ones
      const options = ["--privileged", "--mode", "audit"];
      assertForged(await fence(command, { via: network.via(resolver), options }));
    });
  }

  test("and goes on learning them when somebody in a namespace of its own binds the port", {
    timeout,
  }, async () => {
    await network.serveProbe(RESOLVER);
    const inner = `${messages}
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("0.0.0.0", 53))
s.listen()`;
    const script = 'unshare --user --map-root-user --net python3 -c "$0" && getent ahostsv4 www.example.com';
    const run = await fence(["sh", "-c", script, inner], { via: network.via(RESOLVER) });
    assert.deepEqual([rowOf(run).trust, rowOf(run).learned], ["trusted", 1], run.stderr);
    assert.equal(run.report.names.counters.forged, 0);
  });
});

describe("ringfence run learns names", () => {
  test("of an answer behind IPv6 extension headers", { timeout }, async () => {
    const server = `${messages}
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("${RESOLVER6}", 53))
# sticky options: hop by hop and for the destination, six bytes of padding each
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, b"\\0\\0\\1\\4\\0\\0\\0\\0")
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, b"\\0\\0\\1\\4\\0\\0\\0\\0")
print("ready", flush=True)
while True:
    peer = s.recvfrom(1000)[1]
    s.sendto(answer(NAME), peer)`;
    await network.serve(["python3", "-c", server], /ready/);
    const client = `${messages}
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(query(NAME), ("${RESOLVER6}", 53))
s.recv(1000)
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9))`;
    const run = await fence(["python3", "-c", client], { via: network.via(RESOLVER6) });
    assert.deepEqual([rowOf(run).trust, rowOf(run).learned], ["trusted", 1], run.stderr);
  });
});
