import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type FencedRun, fence } from "./harness/fence.js";
import { ringfencePath } from "./harness/paths.js";
import { RESOLVER, ResolverNetwork } from "./harness/resolver-network.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

/** Of a whole suite: its tests share a network, and take 20 s each where the machine is emulated. */
const network = new ResolverNetwork();
after(() => network[Symbol.asyncDispose]());

/** Words before a command that has this hosts file. */
function withHosts(text: string): string[] {
  const path = join(temporaryFolder(), "hosts");
  writeFileSync(path, text);
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
  return [...network.via(RESOLVER), "unshare", "--mount", "sh", "-c", script, path];
}

const connect = `
import socket, sys
for address in sys.argv[1:]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    socket.socket(family, socket.SOCK_DGRAM).connect_ex((address, 9))
`;

function namesOf(run: FencedRun, address: string) {
  const flow = run.report.flows.find((row) => row.address === address);
  assert.ok(flow, `nothing went to ${address}: ${run.stderr}`);
  return flow.names;
}

describe("ringfence run knows the names of /etc/hosts", () => {
  before(() => network.serveProbe(RESOLVER));

  test("without asking anybody, and for as long as it lasts", { timeout }, async () => {
    const via = withHosts("192.0.2.1 DB.example.com db\n2001:db8::7 six.example.com\n");
    const run = await fence(["python3", "-c", connect, "192.0.2.1", "2001:db8::7"], { via });
    const nobody = { pid: null, exe: null };
    assert.deepEqual(namesOf(run, "192.0.2.1"), [
      { name: "db.example.com", ...nobody },
      { name: "db", ...nobody },
    ]);
    assert.deepEqual(namesOf(run, "2001:db8::7"), [{ name: "six.example.com", ...nobody }]);
    const [line] = run.log.filter(({ address }) => address === "192.0.2.1");
    assert.equal(line?.domain, "db.example.com");
    assert.deepEqual(run.report.names.queries, []);
  });

  test("but not those that the command writes into it", { timeout }, async () => {
    const script = `echo 192.0.2.7 forged.example.com >>/etc/hosts && python3 -c "$0" 192.0.2.7 192.0.2.1`;
    const run = await fence(["sh", "-c", script, connect], {
      via: withHosts("192.0.2.1 true.example.com\n"),
    });
    assert.deepEqual(namesOf(run, "192.0.2.7"), []);
    assert.deepEqual(
      namesOf(run, "192.0.2.1").map(({ name }) => name),
      ["true.example.com"],
    );
  });

  test("and decides by them", { timeout }, async () => {
    const run = await fence(["python3", "-c", connect, "192.0.2.1", "192.0.2.2", "192.0.2.3"], {
      via: withHosts(
        "192.0.2.1 db.example.com\n192.0.2.2 sub.wild.example.com\n192.0.2.3 other.example.com\n",
      ),
      options: ["--allow", "db.example.com", "--allow", "*.wild.example.com"],
    });
    const verdicts = run.report.flows.map(({ address, outcome }) => `${address} ${outcome}`).sort();
    assert.deepEqual(verdicts, ["192.0.2.1 allowed", "192.0.2.2 allowed", "192.0.2.3 denied"], run.stderr);
  });

  test("and warns of what is not in force where there is no report", { timeout }, async () => {
    const args = ["run", "--report", "none", "--allow", "db.example.com", "--", "true"];
    const { stderr } = await runProcess(ringfencePath, args, { via: withHosts("192.0.2.1 a..b\n") });
    assert.match(stderr, /warning: 1 names in \/etc\/hosts are not in force: DNS has no such names/);
  });

  test("and forgets none of them for what it learns", { timeout }, async () => {
    const names = Array.from({ length: 17 }, (_, index) => `n${index}.example.com`);
    const via = withHosts(`192.0.2.1 ${names.join(" ")}\n`);
    const script = `getent ahostsv4 www.example.com && python3 -c "$0" 192.0.2.1`;
    const run = await fence(["sh", "-c", script, connect], { via });
    assert.deepEqual(
      namesOf(run, "192.0.2.1").map(({ name }) => name),
      names.slice(0, 16),
    );
    assert.equal(run.report.losses.dnsAddresses, 1, "the name that was asked for");
    assert.ok(run.report.warnings.some((warning) => warning.startsWith("1 names in /etc/hosts")));
  });

  test("of thousands of lines", { timeout }, async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `10.${i >> 8}.${i & 255}.1 h${i}.example.com\n`);
    const run = await fence(["python3", "-c", connect, "10.31.255.1", "10.32.0.1"], {
      via: withHosts(lines.join("")),
    });
    assert.equal(namesOf(run, "10.31.255.1")[0]?.name, "h8191.example.com");
    assert.deepEqual(namesOf(run, "10.32.0.1"), []);
    assert.ok(run.report.warnings.some((warning) => warning.startsWith("1808 names in /etc/hosts")));
  });
});
