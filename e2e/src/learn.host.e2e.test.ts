import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type FencedRun, fence } from "./harness/fence.js";
import { nameSteps } from "./harness/name-client.js";
import { ringfencePath } from "./harness/paths.js";
import { RESOLVER, ResolverNetwork } from "./harness/resolver-network.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const network = new ResolverNetwork();
before(() => network.serveProbe(RESOLVER));
after(() => network[Symbol.asyncDispose]());

/** Nothing is refused, and everything is told: also what comes in, and who listens. */
const watchAll = JSON.stringify({
  apiVersion: "ringfence.dev/v1alpha1",
  kind: "SecurityProfile",
  metadata: { name: "watch" },
  spec: { mode: "audit", egress: { default: "deny" }, ingress: { default: "deny" }, listen: "none" },
});

/** Serves itself on ports that the kernel chooses, over TCP and UDP, and on one that it names. */
const serveItself = `
import socket
def talk(port):
    s = socket.socket(); s.bind(("127.0.0.1", port)); s.listen()
    c = socket.create_connection(s.getsockname(), 3); a, _ = s.accept()
    c.send(b"hello"); assert a.recv(5) == b"hello"
talk(0); talk(18080)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.1", 0)); u.settimeout(3)
v = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); v.sendto(b"x", u.getsockname())
assert u.recv(1) == b"x"
print("served")
`;

const names = nameSteps(
  "look,www.example.com",
  "to,192.0.2.1,443",
  "look,only.asked.example.com",
  "to,198.51.100.9,7",
  `tcp,over.tcp.example.com,${RESOLVER}`,
);

const job = ["sh", "-c", 'python3 -c "$0" && "$@"', serveItself, ...names];

async function learn(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProcess(ringfencePath, ["learn", ...args]);
  assert.equal(code, 0, stderr);
  return stdout;
}

function denials({ report }: FencedRun): string[] {
  return report.flows
    .filter(({ outcome }) => outcome === "denied")
    .map(
      ({ direction, exe, protocol, address, port }) => `${direction} ${exe} ${protocol} ${address}:${port}`,
    );
}

describe("ringfence learn", () => {
  let watched: FencedRun;
  let file = "";
  before(async () => {
    watched = await fence(job, { policies: [watchAll], via: network.via(RESOLVER) });
    assert.equal(watched.code, 0, watched.stderr);
    file = join(temporaryFolder(), "learned.yaml");
    await learn("--from", watched.logPath, "-o", file);
  });

  test("writes a policy from one audited run, under which the same run meets no denial", {
    timeout,
  }, async () => {
    const text = readFileSync(file, "utf8");
    assert.match(text, /to: \[www\.example\.com\]\n\s+ports: \[443\/udp\]/);
    assert.doesNotMatch(text, /192\.0\.2\.1|:53|53\/|127\.0\.0\.0/, "names, no resolver, no block");
    const fenced = await fence(job, { policies: [text], via: network.via(RESOLVER) });
    assert.deepEqual(denials(fenced), []);
    assert.equal(fenced.code, 0, fenced.stderr);
    assert.equal(fenced.stdout, watched.stdout);
    assert.equal(fenced.report.mode, "enforce");
  });

  test("learns the same rules from the report of the run", { timeout }, async () => {
    const report = join(temporaryFolder(), "report.json");
    writeFileSync(report, JSON.stringify(watched.report, null, 2));
    // Which of the names of one address was meant is in no report.
    const rules = (text: string) => text.match(/- name: .*|ports: .*|localPorts: .*|listen: .*|from: .*/g);
    assert.deepEqual(rules(await learn("--from", report)), rules(await learn("--from", watched.logPath)));
  });

  test("allows no more than was seen", { timeout }, async () => {
    const other = nameSteps(
      "look,other.example.com",
      "look,only.asked.example.com",
      "to,192.0.2.1,443",
      "look,www.example.com",
      "to,192.0.2.1,444",
      "to,198.51.100.9,8",
    );
    const fenced = await fence(other, { policies: [readFileSync(file, "utf8")], via: network.via(RESOLVER) });
    assert.deepEqual(fenced.stdout.trimEnd().split("\n"), [
      "look,other.example.com unknown",
      "look,only.asked.example.com 192.0.2.1",
      "to,192.0.2.1,443 EPERM",
      "look,www.example.com 192.0.2.1",
      "to,192.0.2.1,444 EPERM",
      "to,198.51.100.9,8 EPERM",
    ]);
  });

  test("finds nothing to change in what it wrote from the same log", { timeout }, async () => {
    const before = readFileSync(file, "utf8");
    assert.equal(await learn("--from", watched.logPath, "-o", file), "");
    assert.equal(readFileSync(file, "utf8"), before);
    const again = join(temporaryFolder(), "again.yaml");
    writeFileSync(again, await learn("--from", watched.logPath));
    assert.equal(readFileSync(again, "utf8"), before);
  });
});
