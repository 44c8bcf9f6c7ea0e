import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { sampleVerdictEvent } from "@ringfence/policy/testing";

const RINGFENCE = fileURLToPath(new URL("../../../../ringfence", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ringfence-in-force-"));
after(() => rmSync(folder, { recursive: true }));

function ringfence(...args: readonly string[]) {
  return spawnSync(RINGFENCE, args, { cwd: folder, encoding: "utf8" });
}

/** A profile for one user that denies by default, and allows an address by a rule. */
function profile(name: string, uid: number, rule: string, to: string): string {
  return `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: ${name} }
spec:
  mode: enforce
  subject: { uid: ${uid} }
  egress:
    default: deny
    rules: [{ name: ${rule}, allow: { to: [${to}] } }]
  ingress: { default: allow }
  listen: 0-65535
`;
}

/** A connection to port 443 by a user, whose profile is web or db. */
function event(sequence: number, uid: number, address: string, denied: boolean): string {
  const profile = uid === 1 ? "web" : "db";
  const seen = sampleVerdictEvent(sequence, { time: new Date().toISOString(), address });
  const verdict = denied
    ? { action: "deny", outcome: "denied", rule: `${profile}/egress.default` }
    : { rule: `${profile}/out` };
  return `${JSON.stringify({ ...seen, ...verdict, process: { ...Object(seen["process"]), uid } })}\n`;
}

const history =
  event(1, 1, "192.0.2.1", false) + event(2, 2, "192.0.2.2", false) + event(3, 1, "192.0.2.9", true);
mkdirSync(join(folder, "state/history"), { recursive: true });
// as agents write it: what was in force last counts where none answers
writeFileSync(
  join(folder, "state/last-good.json"),
  JSON.stringify({
    "/p/web.yaml": profile("web", 1, "curl-443", "192.0.2.1"),
    "/p/db.yaml": profile("db", 2, "out", "192.0.2.2"),
  }),
);
writeFileSync(join(folder, "state/history/0000000001-20261126T000000Z.ndjson"), history);
writeFileSync(join(folder, "seen.ndjson"), history);
writeFileSync(
  join(folder, "my config.yaml"),
  `apiVersion: ringfence.dev/v1alpha1\nkind: AgentConfig\nspec: { state: ${folder}/state, socket: { path: ${folder}/s } }\n`,
);
const config = ["--config", "my config.yaml"];

describe("ringfence explain", () => {
  const flow = ["--flow", "uid=2 tcp 192.0.2.2:443"];
  test("asks what is in force, and names where it stands", () => {
    const { status, stdout } = ringfence("explain", ...config, ...flow);
    assert.equal(status, 0);
    assert.match(stdout, /by db\/out, \/p\/db\.yaml:9:13/);
    assert.match(stdout, /profile web/);
  });

  test("asks a draft among what is in force, and alone", () => {
    writeFileSync(join(folder, "draft.yaml"), profile("web", 2, "no", "203.0.113.1"));
    assert.equal(ringfence("explain", ...config, "--policy", "draft.yaml", ...flow).status, 0);
    assert.equal(ringfence("explain", "--policy", "draft.yaml", ...flow).status, 3);
  });
});

describe("ringfence policy replay", () => {
  const totals = (...args: readonly string[]) => ringfence("policy", "replay", ...args).stdout.split("\n")[0];
  test("takes a draft for what is in force with its profiles replaced, or for the whole policy", () => {
    writeFileSync(join(folder, "draft.yaml"), profile("web", 1, "out", "192.0.2.9"));
    assert.match(
      totals("draft.yaml", ...config) ?? "",
      /^3 verdicts: 1 newly denied, 1 newly allowed, 1 as before/,
    );
    // nothing of it is about user 2
    writeFileSync(join(folder, "other.yaml"), profile("other", 3, "out", "192.0.2.9"));
    assert.match(totals("other.yaml", ...config) ?? "", /0 newly denied, 0 newly allowed, 3 as before/);
    for (const alone of [
      [...config, "--alone"],
      ["--from", "seen.ndjson"],
    ])
      assert.match(totals("other.yaml", ...alone) ?? "", /0 newly denied, 1 newly allowed, 2 as before/);
  });

  test("takes a file in place of the one of that name", () => {
    mkdirSync(join(folder, "mine"), { recursive: true });
    writeFileSync(join(folder, "mine/web.yaml"), profile("renamed", 1, "out", "192.0.2.9"));
    assert.match(totals("mine/web.yaml", ...config) ?? "", /1 newly denied, 1 newly allowed, 1 as before/);
  });

  test("prints a command that explains a row", () => {
    writeFileSync(join(folder, "draft.yaml"), profile("web", 1, "out", "192.0.2.9"));
    const { stdout } = ringfence("policy", "replay", "draft.yaml", ...config);
    const [, command] = /^why: ringfence (.*) with/m.exec(stdout) ?? [];
    const [, flow] = /(--flow '.*192\.0\.2\.1:443')/.exec(stdout) ?? [];
    const { status, stdout: why } = spawnSync("sh", ["-c", `${RINGFENCE} ${command} ${flow}`], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(status, 3, why);
    assert.match(why, /by web\/egress\.default, draft\.yaml/);
  });
});

describe("ringfence policy suggest", () => {
  const names = (...args: readonly string[]) =>
    ringfence("policy", "suggest", ...args)
      .stdout.split("\n")
      .filter((line) => line.startsWith("- name:") || line.includes("not known"));

  test("takes no name of the profile that the rule goes into", () => {
    assert.deepEqual(names(...config), ["- name: curl-443-2"]);
    writeFileSync(join(folder, "web.yaml"), profile("web", 1, "curl-443-2", "192.0.2.1"));
    assert.deepEqual(names("--from", "seen.ndjson", "--policy", "web.yaml"), ["- name: curl-443"]);
    assert.deepEqual(names("--from", "seen.ndjson"), [
      "# which names its rules have is not known: --policy FILE tells",
      "- name: curl-443",
    ]);
  });

  test("gives no two rules one name", () => {
    writeFileSync(join(folder, "two.ndjson"), history + event(4, 1, "192.0.2.10", true));
    assert.deepEqual(names("--from", "two.ndjson", "--policy", "web.yaml"), [
      "- name: curl-443",
      "- name: curl-443-3",
    ]);
  });
});

test("printed commands name the configuration that was given", () => {
  const { stderr } = ringfence("policy", "suggest", "b0-1-1", ...config);
  assert.match(stderr, /ringfence observe --config 'my config\.yaml' --ids --verdict denied lists them/);
});
