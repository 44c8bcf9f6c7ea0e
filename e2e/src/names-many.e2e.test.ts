import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { alteredObject, withObject } from "./harness/altered-object.js";
import { type FencedRun, fence } from "./harness/fence.js";
import { RESOLVER, ResolverNetwork } from "./harness/resolver-network.js";
import { timeout } from "./harness/timeout.js";

/** Of a whole suite: its tests share a network, and take 30 s each where the machine is emulated. */
const network = new ResolverNetwork();
after(() => network[Symbol.asyncDispose]());

/** Asks for each "name,type" in turn, 64 at a time, and then connects to addresses: NAMES -- ADDRESSES. */
const ask = `
import socket, struct, sys
words = sys.stdin.read().split()
split = words.index("--")
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
s.connect(("${RESOLVER}", 53))
at_once = int(sys.argv[1])
sent = 0
for received in range(split):
    while sent < min(received + at_once, split):
        name, kind = words[sent].split(",")
        labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0"
        s.send(struct.pack(">HHHHHH", sent & 0xffff, 256, 1, 0, 0, 0) + labels + struct.pack(">HH", int(kind), 1))
        sent += 1
    s.recv(65535)
for address in words[split + 1:]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    socket.socket(family, socket.SOCK_DGRAM).connect_ex((address, 9))
`;

/** Sends 100 queries that nobody answers, and then one for own-7 that is. */
const askInVain = `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
s.connect(("${RESOLVER}", 53))
names = [f"silent.q{i}.example.com" for i in range(100)] + ["own-7.example.com"]
for i, name in enumerate(names):
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\\0"
    s.send(struct.pack(">HHHHHH", i, 256, 1, 0, 0, 0) + labels + struct.pack(">HH", 1, 1))
s.recv(65535)
`;

const A = 1;
const AAAA = 28;

interface Question {
  readonly names: readonly (readonly [name: string, type: number])[];
  readonly addresses: readonly string[];
  readonly atOnce: number;
  readonly via?: readonly string[];
}

function askFor({ names, addresses, atOnce, via = [] }: Question): Promise<FencedRun> {
  const input = [...names.map(([name, type]) => `${name}.example.com,${type}`), "--", ...addresses].join(" ");
  return fence(["python3", "-c", ask, String(atOnce)], { via: [...via, ...network.via(RESOLVER)], input });
}

/** The names of each address, without what all have in common. */
function namesBy(run: FencedRun): Record<string, string[]> {
  return Object.fromEntries(
    run.report.flows
      .filter(({ address, port }) => address !== null && port === 9)
      .map(({ address, names }) => [address, names.map(({ name }) => name.replace(".example.com", ""))]),
  );
}

describe("ringfence run has room for names", () => {
  let small: readonly string[] = [];
  before(async () => {
    await network.serveProbe(RESOLVER);
    small = withObject(alteredObject("fewAddressesAndQueries"));
  });

  test("10,000 of them", { timeout }, async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => [`own-${index}`, A] as const);
    const run = await askFor({ names, addresses: ["192.0.2.1", "192.0.21.137", "192.0.41.16"], atOnce: 64 });
    assert.deepEqual(namesBy(run), {
      "192.0.2.1": ["own-0"],
      "192.0.21.137": ["own-5000"],
      "192.0.41.16": ["own-9999"],
    });
    const { dnsNames, dnsAddresses, dnsQueries, dnsMessages } = run.report.losses;
    assert.deepEqual([dnsNames, dnsAddresses, dnsQueries, dnsMessages], [0, 0, 0, 0]);
  });

  test("one with 1,000 addresses that take turns", { timeout }, async () => {
    const names = Array.from({ length: 1000 }, () => ["turning", A] as const);
    const run = await askFor({ names, addresses: ["192.0.2.1", "192.0.5.232"], atOnce: 16 });
    assert.deepEqual(namesBy(run), { "192.0.2.1": ["turning"], "192.0.5.232": ["turning"] });
    assert.equal(run.report.losses.dnsAddresses, 0);
  });

  test("and forgets the addresses that expire first where there is none", { timeout }, async () => {
    const [six, four] = ["2001:db8:1::", "192.0.2."];
    const run = await askFor({
      names: [
        ["many-4", AAAA],
        ["all-4", A],
        ["again-2", AAAA], // two of the oldest hold longer now
        ["last-6", A],
      ],
      addresses: [...[1, 2, 3, 4].map((n) => `${six}${n}`), ...[1, 4, 5, 6].map((n) => `${four}${n}`)],
      atOnce: 1,
      via: small,
    });
    assert.deepEqual(namesBy(run), {
      [`${six}1`]: ["many-4", "again-2"],
      [`${six}2`]: ["many-4", "again-2"],
      [`${six}3`]: [],
      [`${six}4`]: [],
      [`${four}1`]: ["all-4", "last-6"],
      [`${four}4`]: ["all-4", "last-6"],
      [`${four}5`]: ["last-6"],
      [`${four}6`]: ["last-6"],
    });
    assert.equal(run.report.losses.dnsAddresses, 2);
  });

  test("and forgets the names that expire first where there is none", { timeout }, async () => {
    const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 0, 8, 9];
    const run = await askFor({
      names: numbers.map((number) => [`own-${number}`, A] as const),
      addresses: Array.from({ length: 10 }, (_, index) => `192.0.2.${index + 1}`),
      atOnce: 1,
      via: withObject(alteredObject("fewNames")),
    });
    const kept = [0, 3, 4, 5, 6, 7, 8, 9];
    const expected = Array.from({ length: 10 }, (_, n) => [
      `192.0.2.${n + 1}`,
      kept.includes(n) ? [`own-${n}`] : [],
    ]);
    assert.deepEqual(namesBy(run), Object.fromEntries(expected));
    assert.equal(run.report.losses.dnsNames, 2);
  });

  test("that are asked for while others wait, and forgets the query that waits longest", {
    timeout,
  }, async () => {
    const run = await fence(["python3", "-c", askInVain], { via: [...small, ...network.via(RESOLVER)] });
    const { queries, counters } = run.report.names;
    assert.equal(queries.find(({ name }) => name === "own-7.example.com")?.learned, 1);
    assert.equal(counters.queries, 101);
    const places = 5 * 8;
    assert.ok(run.report.losses.dnsQueries >= 101 - places, `${run.report.losses.dnsQueries} forgotten`);
  });
});
