import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = mkdtempSync(join(tmpdir(), "ringfence-reproduce-"));
after(() => rmSync(folder, { recursive: true }));

const policy = `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: p }
spec:
  mode: enforce
  egress:
    default: allow
    rules:
      - { name: tried, mode: audit, deny: { process: { host: true }, ports: 443 } }
      - { name: container, deny: { to: 10.0.0.0/8 } }
`;

function reproduce(text: string, flow: string) {
  const file = join(folder, "policy.yaml");
  writeFileSync(file, text);
  const program = fileURLToPath(new URL("./reproduce.js", import.meta.url));
  return spawnSync(process.execPath, [program, file, flow], { encoding: "utf8" });
}

test("reproduce prints the same answer of reference, interpreter and kernel", () => {
  const answer = "allow by p/egress.default; with what is audited: deny by p/tried";
  const { status, stdout, stderr } = reproduce(policy, "exe=/bin/a uid=1 tcp [::ffff:11.0.0.1]:443");
  assert.equal(stdout, `reference    ${answer}\ninterpreter  ${answer}\nkernel       ${answer}\n`, stderr);
  assert.equal(status, 0);
});

test("reproduce knows that a process is in a container", () => {
  const { stdout } = reproduce(policy, "cgroup=/x/y container=yes tcp 10.0.0.1:443");
  const answer = "deny by p/container; with what is audited: deny by p/container";
  assert.equal(stdout, `reference    ${answer}\ninterpreter  ${answer}\nkernel       ${answer}\n`);
});

test("reproduce says what it cannot read", () => {
  const broken = reproduce("kind: 1\n", "tcp 10.0.0.1:443");
  assert.match(broken.stderr, /policy\.yaml:1:\d+: /);
  assert.equal(broken.status, 2);
  const flow = reproduce(policy, "tcp nowhere");
  assert.match(flow.stderr, /the flow:1:5: /);
  assert.equal(flow.status, 2);
});
