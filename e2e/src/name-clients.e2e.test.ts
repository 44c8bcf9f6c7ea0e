import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type FencedRun, fence } from "./harness/fence.js";
import { withMusl } from "./harness/musl.js";
import { compileNative } from "./harness/native.js";
import { BIG, DNSMASQ, ResolverNetwork, UNBOUND } from "./harness/resolver-network.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const network = new ResolverNetwork();
after(() => network[Symbol.asyncDispose]());

/** Sends what no C library does: EDNS0 (RFC 6891), type HTTPS, and two questions in one message. */
const askByHand = `
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 53))
def question(name, type):
    return b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + struct.pack(">BHH", 0, type, 1)
options = struct.pack(">BHHIH", 0, 41, 1232, 0, 0)
s.settimeout(5)
for name, type in ("edns.example.org", 1), ("service.example.org", 65):
    s.send(struct.pack(">HHHHHH", type, 256, 1, 0, 0, 1) + question(name, type) + options)
    s.recv(65535)
s.settimeout(0.2)
s.send(struct.pack(">HHHHHH", 2, 256, 2, 0, 0, 0) + question("two.example.org", 1) + question("edns.example.org", 1))
try:
    s.recv(65535)
except OSError:
    pass
`;

/** Every client in one fence, each for a name of its own. */
const askAll = `
getent ahosts getent.example.org
getent ahostsv4 big.example.org
python3 -c 'import socket; socket.getaddrinfo("python.example.org", 80)'
"$1" -e 'const dns = require("dns"); dns.lookup("lookup.example.org", () => dns.resolve4("c-ares.example.org", () => {}))'
curl --silent --max-time 1 http://curl.example.org:9/
"$2" musl.example.org
python3 -c "$3" "$4"
true`;

/** What each executable asked for, and the addresses that were learned from the answer. */
function learnedBy(run: FencedRun, type: string): Record<string, string> {
  const lines = run.dnsLog.filter(
    (line) => line.type === type && line.protocol === "udp" && line.learned > 0,
  );
  return Object.fromEntries(
    lines.map(({ name, exe, addresses }) => [name, `${exe.replace(/^.*\/|[\d.]+$/g, "")} ${addresses}`]),
  );
}

describe("ringfence run learns names that real clients ask of real resolvers", () => {
  let musl = "";
  before(async () => {
    musl = compileNative("resolve", temporaryFolder(), withMusl);
    await network.serveDnsmasq();
    await network.serveUnbound();
  });

  for (const [resolver, address] of Object.entries({ dnsmasq: DNSMASQ, unbound: UNBOUND })) {
    test(`through aliases, with and without EDNS, over UDP and TCP: ${resolver}`, { timeout }, async () => {
      const run = await fence(["sh", "-c", askAll, "sh", process.execPath, musl, askByHand, address], {
        via: network.via(address),
      });
      const { "big.example.org": _cut, ...learned } = learnedBy(run, "A");
      assert.deepEqual(learned, {
        "getent.example.org": "getent 198.51.100.77",
        "python.example.org": "python 198.51.100.77",
        "lookup.example.org": "node 198.51.100.77",
        "c-ares.example.org": "node 198.51.100.77",
        "curl.example.org": "curl 198.51.100.77",
        "musl.example.org": "resolve 198.51.100.77",
        "edns.example.org": "python 198.51.100.77",
      });
      assert.deepEqual(learnedBy(run, "HTTPS"), { "service.example.org": "python 198.51.100.80" });
      const { queries, counters } = run.report.names;
      const big = queries.find(({ name, protocol }) => name === "big.example.org" && protocol === "tcp");
      assert.deepEqual([big?.found, big?.learned], [BIG, BIG], "asked again over TCP");
      assert.equal(queries.filter(({ name }) => name === "two.example.org").length, 0);
      assert.ok(counters.malformed > 0, "two questions in one message are none");
      assert.ok(queries.every((query) => query.resolver === address && query.trust === "trusted"));
    });
  }

  test("through a resolver of this host that the clients share", { timeout }, async () => {
    const options =
      "--keep-in-foreground --log-facility=- --user=root --no-resolv --no-hosts --pid-file --bind-interfaces";
    const command = ["dnsmasq", ...`${options} --listen-address=127.0.0.1 --server=${DNSMASQ}`.split(" ")];
    await network.serveInside(command, /started/);
    const run = await fence(["getent", "ahosts", "real.example.org"], { via: network.via("127.0.0.1") });
    const row = run.report.names.queries.find(({ type }) => type === "A");
    assert.deepEqual([row?.trust, row?.learned], ["trusted", 1]);
  });
});
