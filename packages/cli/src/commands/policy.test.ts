import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const RINGFENCE = fileURLToPath(new URL("../../../../ringfence", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ringfence-import-"));
after(() => rmSync(folder, { recursive: true }));

function ringfence(...args: readonly string[]) {
  return spawnSync(RINGFENCE, args, { cwd: folder, encoding: "utf8" });
}

writeFileSync(
  join(folder, "bouheki.yaml"),
  "network:\n  mode: block\n  cidr:\n    allow: [0.0.0.0/0, '::/0']\n    deny: [169.254.169.254/32]\nmount:\n  deny: [/run/docker.sock]\n",
);
writeFileSync(join(folder, "broken.yaml"), "network:\n  mode: blok\nfile: {}\n");

test("ringfence policy import prints a policy that explain takes, and its warnings apart", () => {
  const { status, stdout, stderr } = ringfence("policy", "import", "bouheki", "bouheki.yaml");
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^ringfence: warning: bouheki\.yaml:7:10: "mount" is not carried/);
  assert.equal(stderr.trim().split("\n").length, 1);
  writeFileSync(join(folder, "policy.yaml"), stdout);
  const ask = (flow: string) => ringfence("explain", "--policy", "policy.yaml", "--flow", flow);
  assert.match(ask("tcp 169.254.169.254:80").stdout, /^denied\n {2}by bouheki\/never-there, /);
  assert.match(ask("tcp 10.0.0.1:80").stdout, /^allowed\n {2}by bouheki\/passes, /);
});

test("ringfence policy import prints no policy when the file has errors", () => {
  const { status, stdout, stderr } = ringfence("policy", "import", "bouheki", "broken.yaml");
  assert.equal(status, 125);
  assert.equal(stdout, "");
  assert.deepEqual(stderr.match(/broken\.yaml:\d+:\d+/g), ["broken.yaml:2:9", "broken.yaml:3:1"]);
});

test("ringfence policy import exits with 1 for a warning if that is asked for, wherever the option stands", () => {
  assert.equal(ringfence("policy", "--strict", "import", "bouheki", "bouheki.yaml").status, 1);
  assert.equal(ringfence("policy", "import", "bouheki", "bouheki.yaml", "--strict").status, 1);
});

test("ringfence policy check takes the policy files of a folder", () => {
  mkdirSync(join(folder, "profiles"));
  const profile = (name: string, mode: string) =>
    `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: ${name} }\nspec: { mode: ${mode}, egress: { default: deny } }\n`;
  for (const name of ["a", "b"]) writeFileSync(join(folder, `profiles/${name}.yaml`), profile(name, "audit"));
  writeFileSync(join(folder, "profiles/notes.txt"), "none");
  assert.match(ringfence("policy", "check", "profiles").stdout, /^ok: 2 profiles/);
  writeFileSync(join(folder, "profiles/c.yaml"), profile("c", "audio"));
  assert.match(ringfence("policy", "check", "profiles").stderr, /profiles\/c\.yaml:4:15: /);
});

test("ringfence policy says which word is missing or wrong", () => {
  for (const [args, message] of [
    [[], /No subcommand/],
    [["export"], /"export"/],
    [["import"], /No format/],
    [["import", "falco", "x"], /"falco": write bouheki or nsp/],
    [["import", "nsp"], /No file/],
    [["import", "nsp", "a", "b"], /"b"/],
    [["import", "nsp", "none.yaml"], /none\.yaml/],
  ] as const) {
    const { status, stderr } = ringfence("policy", ...args);
    assert.equal(status, 125);
    assert.match(stderr, message);
  }
});
