import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress, RingfenceError } from "@ringfence/model";
import { hasPorts } from "../evaluate/has-ports.js";
import { pools } from "../testing/pools.js";
import { Random } from "../testing/random.js";
import { randomFlow, randomProcess } from "../testing/random-facts.js";
import { randomAddress } from "../testing/random-policy.js";
import { flowFactsOf, lineFlowOf } from "./flow-facts.js";
import type { Endpoint, FlowLine } from "./flow-line.js";
import { formatFlowLine } from "./format-flow-line.js";
import { parseFlowLine } from "./parse-flow-line.js";

const trusted = (path: string) => ({ path, trusted: true });

test("parseFlowLine reads what is known of the process and where the flow goes", () => {
  const line =
    'exe=/usr/bin/curl trusted=no comm="a b" uid=1000 gid=100 cgroup=/a/b container=no ancestor=/a ancestor=unknown tcp 10.0.0.1:443';
  assert.deepEqual(parseFlowLine(line, "--flow"), {
    process: {
      exe: { path: "/usr/bin/curl", trusted: false },
      ancestors: [trusted("/a"), null],
      comm: "a b",
      uid: 1000,
      gid: 100,
      cgroup: "/a/b",
      container: false,
    },
    direction: "egress",
    flow: { protocol: "tcp", address: parseAddress("10.0.0.1"), port: 443 },
  });
});

test("parseFlowLine reads what is known of a container", () => {
  const containerIn = (words: string) =>
    parseFlowLine(`${words} tcp 10.0.0.1:443`, "--flow").process.container;
  assert.equal(containerIn("container=pending"), "pending");
  assert.equal(containerIn("container=yes"), true);
  const line = 'container=yes name=billing image="a b" id=c1 label=app=web label=x=y=z';
  assert.deepEqual(containerIn(line), {
    id: "c1",
    name: "billing",
    image: "a b",
    labels: { app: "web", x: "y=z" },
  });
  const little = { id: null, name: null, image: "", labels: {} };
  assert.deepEqual(containerIn('image="" label=none container=yes'), little);
});

test("parseFlowLine leaves out facts that the line leaves out", () => {
  assert.deepEqual(parseFlowLine("udp [::1]:53", "--flow").process, {});
  assert.deepEqual(parseFlowLine("ancestor=none udp [::1]:53", "--flow").process, { ancestors: [] });
  assert.deepEqual(parseFlowLine("exe=unknown udp [::1]:53", "--flow").process, { exe: null });
});

test("parseFlowLine takes keys between and behind the other words", () => {
  assert.deepEqual(
    parseFlowLine("  egress  uid=1 icmp ::1 gid=2\n", "--flow"),
    parseFlowLine("uid=1 gid=2 icmpv6 [::1]", "--flow"),
  );
});

test("parseFlowLine takes the names that a report has, and IP protocol numbers, for what rules see", () => {
  const protocolOf = (word: string, end: string) => {
    const line = parseFlowLine(`${word} ${end}`, "--flow");
    return line.direction === "egress" ? line.flow.protocol : null;
  };
  for (const word of ["udp", "udplite", "17", "136"]) assert.equal(protocolOf(word, "10.0.0.1:53"), "udp");
  for (const word of ["sctp", "132"]) assert.equal(protocolOf(word, "10.0.0.1:53"), "sctp");
  for (const word of ["other", "33", "47"]) assert.equal(protocolOf(word, "10.0.0.1"), "other");
});

test("parseFlowLine reads the two other directions", () => {
  const ingress = parseFlowLine("ingress tcp 10.0.0.9:51234 -> :8080", "--flow");
  assert.ok(ingress.direction === "ingress");
  assert.deepEqual(ingress.source, { address: parseAddress("10.0.0.9"), port: 51_234 });
  assert.deepEqual(ingress.local, { address: null, port: 8080 });
  const ping = parseFlowLine("ingress icmp 10.0.0.9", "--flow");
  assert.ok(ping.direction === "ingress" && ping.local.port === null);
  const listen = parseFlowLine("listen udp [::1]:53", "--flow");
  assert.ok(listen.direction === "listen");
  assert.deepEqual(listen.local, { address: parseAddress("::1"), port: 53 });
});

test("parseFlowLine reads the live names of an address, and queries", () => {
  const { process, ...flow } = parseFlowLine("uid=1 tcp 192.0.2.1:443 as Example.COM.,b.example", "--flow");
  assert.ok(flow.direction === "egress");
  assert.deepEqual(flow.flow.names, ["example.com", "b.example"]);
  assert.deepEqual(process, { uid: 1 });
  const query = parseFlowLine("query b\u00fccher.example", "--flow");
  assert.deepEqual(query, { process: {}, direction: "query", name: "xn--bcher-kva.example" });
  assert.equal(formatFlowLine(query), "query xn--bcher-kva.example");
});

const refused: Readonly<Record<string, readonly [column: number, problem: RegExp]>> = {
  "": [1, /protocol is missing: .*tcp 10\.0\.0\.1:443/],
  "uid=1 ": [6, /protocol is missing/],
  "uid=1 tpc 10.0.0.1:1": [7, /"tpc" is not a protocol: Did you mean "tcp"/],
  "ingres tcp 10.0.0.1:1": [1, /Did you mean "ingress"/],
  tcp: [4, /destination is missing: Write it like tcp 10\.0\.0\.1:443/],
  "tcp 10.0.0.1": [5, /has no port: Write it like 10\.0\.0\.1:443/],
  "tcp ::1": [5, /has no port: Write it like \[::1\]:443/],
  "tcp ::1:x": [5, /Write \[::1\]:x/],
  "tcp fe80::1%eth0:1": [5, /not an address and a port/],
  "tcp :443": [5, /has no address: Write it like 10\.0\.0\.1:443/],
  "tcp 10.0.0.1:": [14, /"" is not a port/],
  "tcp 10.0.0.1:70000": [14, /"70000" is not a port: .*65535/],
  "tcp example.com:443": [5, /not an IP address: .*192\.0\.2\.1:443 as example\.com/],
  "tcp 10.0.0.1:1 as": [18, /names are missing: .*as example\.com/],
  "tcp 10.0.0.1:1 as a,": [21, /empty label/],
  "tcp 10.0.0.1:1 as a.b,*.c": [23, /not one name: .*below/],
  "tcp 10.0.0.1:1 as a b": [21, /Remove "b"/],
  "listen tcp :1 as a": [15, /Remove "as"/],
  query: [6, /name is missing: .*query example\.com/],
  "query a..b": [7, /empty label/],
  'query "*.a"': [7, /star/],
  "query a b": [9, /Remove "b"/],
  "tcp 10.0.0.256:443": [5, /not an IP address/],
  "icmp 10.0.0.1:4": [6, /port cannot go with protocol icmp/],
  "tcp 10.0.0.1:1 10.0.0.2:1": [16, /Nothing can follow "10\.0\.0\.1:1": Remove "10\.0\.0\.2:1"/],
  "comn=a tcp 10.0.0.1:1": [1, /Unknown key "comn": Did you mean "comm"/],
  "uid=root tcp 10.0.0.1:1": [1, /"root" is not a uid/],
  "gid=4294967295 tcp 10.0.0.1:1": [1, /not a gid: .*4294967294/],
  "uid= tcp 10.0.0.1:1": [1, /"uid" has no value/],
  "uid=1 uid=2 tcp 10.0.0.1:1": [7, /"uid" is given twice/],
  "exe=curl tcp 10.0.0.1:1": [1, /"curl" is not an absolute path: .*unknown/],
  'exe="/a b tcp 10.0.0.1:1': [1, /quotes/],
  'exe="/a"b tcp 10.0.0.1:1': [1, /quotes/],
  "trusted=no tcp 10.0.0.1:1": [1, /about no path: Write it behind exe/],
  "exe=unknown trusted=no tcp 10.0.0.1:1": [13, /about no path/],
  "exe=/a trusted=no trusted=no tcp 10.0.0.1:1": [19, /about no path/],
  "exe=/a trusted=maybe tcp 10.0.0.1:1": [8, /cannot be "maybe": Write yes or no/],
  "ancestor=none ancestor=/a tcp 10.0.0.1:1": [15, /no other ancestor/],
  "comm=sixteen-bytes-xx tcp 10.0.0.1:1": [1, /16 bytes: .*first 15/],
  "cgroup=a tcp 10.0.0.1:1": [1, /"a" is not a cgroup/],
  "container=true tcp 10.0.0.1:1": [1, /Write yes, no, or pending/],
  "name=a tcp 10.0.0.1:1": [1, /about no container: .*container=yes/],
  "container=no label=a=b tcp 10.0.0.1:1": [14, /about no container/],
  "container=yes label=a tcp 10.0.0.1:1": [15, /not a label: .*label=KEY=VALUE/],
  "container=yes name=a name=b tcp 10.0.0.1:1": [22, /given twice/],
  "ingress tcp": [12, /source is missing: .*ingress tcp 10\.0\.0\.9:51234 -> :8080/],
  "ingress tcp :1": [13, /source has no address/],
  "ingress tcp 10.0.0.9:1": [23, /local end is missing/],
  "ingress tcp 10.0.0.9:1 :8080": [24, /local end is missing/],
  "ingress tcp 10.0.0.9:1 -> 10.0.0.1": [27, /local end "10\.0\.0\.1" has no port/],
  "ingress tcp 10.0.0.9:1 -> :1 x": [30, /Remove "x"/],
  "unattributed udp": [17, /source is missing: .*unattributed udp 10\.0\.0\.9:51234 -> :8080/],
  "listen sctp :8080": [8, /who listens with sctp: Ask for ingress/],
  "listen icmp": [8, /who listens with icmp/],
  "listen tcp": [11, /local end is missing: Write it like listen tcp :8080/],
};

for (const [line, [column, problem]] of Object.entries(refused)) {
  test(`parseFlowLine refuses ${JSON.stringify(line)} at its place`, () => {
    assert.throws(
      () => parseFlowLine(line, "--flow"),
      (error) => {
        assert.ok(error instanceof RingfenceError && error.code === "RF_FLOW");
        assert.deepEqual(error.location, { file: "--flow", line: 1, column }, error.format());
        assert.match(error.format(), problem);
        return true;
      },
    );
  });
}

test("parseFlowLine counts lines", () => {
  assert.throws(() => parseFlowLine("uid=1\n tpc 10.0.0.1:1", "case.txt"), {
    location: { file: "case.txt", line: 2, column: 2 },
  });
});

test("formatFlowLine writes what parseFlowLine reads back, for random facts", () => {
  const random = new Random(7);
  for (let i = 0; i < 5_000; i++) {
    const line = randomLine(random);
    const text = formatFlowLine(line);
    assert.deepEqual(parseFlowLine(text, "--flow"), line, text);
    assert.equal(formatFlowLine(parseFlowLine(text, "--flow")), text);
  }
});

test("flowFactsOf takes back every flow that lineFlowOf and formatFlowLine wrote", () => {
  const random = new Random(9);
  const directions = new Set<string>();
  for (let i = 0; i < 5_000; i++) {
    const { direction = "egress", ...flow } = randomFlow(random);
    const text = formatFlowLine({ process: {}, ...lineFlowOf({ direction, ...flow }) });
    const facts = flowFactsOf(parseFlowLine(text, "x"));
    assert.deepEqual({ direction, ...facts }, { direction, ...flow }, text);
    directions.add(direction);
  }
  assert.equal(directions.size, 4);
});

test("flowFactsOf lets an end that is not named be any", () => {
  const facts = flowFactsOf(parseFlowLine("listen tcp :8080", "x"));
  assert.deepEqual(facts, {
    direction: "listen",
    protocol: "tcp",
    address: parseAddress("0.0.0.0"),
    port: 8080,
  });
  const came = flowFactsOf(parseFlowLine("ingress tcp 10.0.0.9:51234 -> 10.0.0.1:8080", "x"));
  assert.deepEqual([came.direction, came.address, came.port], ["ingress", parseAddress("10.0.0.9"), 8080]);
});

test("formatFlowLine keeps the meaning of a port that is missing or has none to go with", () => {
  const address = parseAddress("::1");
  assert.ok(address);
  const text = (protocol: "tcp" | "icmp", port: number | null) =>
    formatFlowLine({ process: {}, direction: "egress", flow: { protocol, address, port } });
  assert.equal(text("tcp", null), "tcp [::1]:0");
  assert.equal(text("icmp", 7), "icmp ::1");
});

/** Names that need quotes, and some that only look like it. */
const odd = [
  "/a b",
  '/"',
  "/\\",
  "/'",
  "/a=b",
  "/tab\t",
  "/line\n",
  "/é",
  "/\u2028",
  "/\u{1f600}",
  "/\ud800",
  "/->",
];

function randomLine(random: Random): FlowLine {
  const { exe, ancestors, ...rest } = randomProcess(random);
  const oddly = <T extends { readonly path: string } | null>(fact: T) =>
    fact !== null && random.oneIn(3) ? { ...fact, path: random.pick(odd as [string, ...string[]]) } : fact;
  const all = {
    exe: oddly(exe),
    ancestors: ancestors.map(oddly),
    ...rest,
    ...(random.oneIn(4) ? { comm: random.pick(["", " ", '"', "a\0b", "é\n"]) } : {}),
  };
  const process = Object.fromEntries(Object.entries(all).filter(() => !random.oneIn(4)));
  const flow = randomFlow(random);
  const port = hasPorts(flow.protocol) ? random.below(65_536) : null;
  const somewhere: Endpoint = { address: randomAddress(random), port };
  const anywhere: Endpoint = { address: random.oneIn(2) ? null : randomAddress(random), port };
  const source = random.oneIn(3) ? { ...somewhere, port: null } : somewhere;
  const { protocol } = flow;
  if (random.oneIn(3))
    return {
      process,
      direction: random.pick(["ingress", "unattributed"]),
      protocol,
      source,
      local: anywhere,
    };
  const isBound = protocol === "tcp" || protocol === "udp";
  if (isBound && random.oneIn(3)) return { process, direction: "listen", protocol, local: anywhere };
  if (random.oneIn(6)) return { process, direction: "query", name: random.pick(pools.names) };
  const names = random.list(0, 2, () => random.pick(pools.names));
  const target = { protocol, address: flow.address, port };
  return { process, direction: "egress", flow: names.length === 0 ? target : { ...target, names } };
}

test("parseFlowLine refuses whatever it cannot read with RF_FLOW at a place in the line", () => {
  const pieces = [
    "exe=",
    "/a",
    '"',
    "\\",
    " ",
    "trusted=no",
    "uid=",
    "1",
    "ancestor=none",
    "tcp",
    "egress",
    "ingress",
  ];
  pieces.push(
    "->",
    "listen",
    "10.0.0.1",
    ":",
    "443",
    "[",
    "::1",
    "]",
    "=",
    "\n",
    "é",
    "\ud800",
    "icmp",
    "none",
    "999999",
    "as",
    "query",
    "a.b",
    ",",
    "*.",
  );
  const random = new Random(11);
  let refusals = 0;
  for (let i = 0; i < 20_000; i++) {
    const line = random
      .list(0, 9, () => random.pick(pieces as [string, ...string[]]))
      .join(random.oneIn(2) ? " " : "");
    try {
      formatFlowLine(parseFlowLine(line, "x"));
    } catch (error) {
      assert.ok(
        error instanceof RingfenceError && error.code === "RF_FLOW",
        `${JSON.stringify(line)}: ${error}`,
      );
      const { line: row = 0, column = 0 } = error.location ?? {};
      const text = line.split("\n")[row - 1];
      assert.ok(text !== undefined && column >= 1 && column <= text.length + 1, JSON.stringify(line));
      assert.ok(error.hint, error.message);
      refusals++;
    }
  }
  assert.ok(refusals > 10_000 && refusals < 20_000, String(refusals));
});
