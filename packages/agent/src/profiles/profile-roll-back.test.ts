import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { Cgroup2 } from "@ringfence/kernel";
import { RingfenceError } from "@ringfence/model";
import type { Peer } from "../control/peer.js";
import { bootId } from "../observe/boot-clock.js";
import { PolicyErrors } from "../policy/policy-errors.js";
import { sampleProfile as profile } from "../testing/sample-profile.js";
import { ProfileManager } from "./profile-manager.js";

const peer: Peer = { pid: process.pid, uid: 0, gid: 0, groups: [], access: "change" };
const keepAlive = setInterval(() => undefined, 1000);
const cgroups = Cgroup2.open();
test.after(() => {
  clearInterval(keepAlive);
  cgroups.close();
});

let root = "";
let folder = "";
let state = "";
let file = "";
let lines: string[] = [];
let inForce: readonly string[] = [];
let manager: ProfileManager;

async function start(): Promise<void> {
  let generation = 0;
  manager = new ProfileManager({
    folder,
    state,
    cgroups,
    target: {
      replace: ({ compiled }) => {
        if (compiled.bits.some(({ ruleId }) => ruleId.includes("too-large")))
          throw new RingfenceError("RF_MAP_FULL", "no room");
        inForce = compiled.bits.map(({ ruleId }) => ruleId);
        return ++generation;
      },
    },
    tell: (notice) => lines.push(...notice.lines),
    protect: () => [],
  });
  await manager.start();
}
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "ringfence-roll-back-"));
  folder = join(root, "profiles");
  state = join(root, "state");
  for (const path of [folder, state]) mkdirSync(path, { mode: 0o700 });
  file = join(folder, "web.yaml");
  writeFileSync(file, profile("web", "one"));
  lines = [];
  await start();
});
afterEach(async () => {
  await manager.stop();
  rmSync(root, { recursive: true });
});

const apply = (
  confirmWithin: number | null,
  texts: Readonly<Record<string, string>> = { "web.yaml": profile("web", "two") },
) => {
  const files = Object.entries(texts).map(([name, text]) => ({ name, text }));
  return manager.change("apply", { files, force: false, confirmWithin }, peer);
};
const rules = () =>
  inForce.filter((rule) => !rule.endsWith("default") && !rule.endsWith("listen")).toSorted();
const audit = () =>
  readFileSync(join(state, "audit.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ action }) => action !== "folder");
const both = (web: string, db: string) => ({ "web.yaml": profile("web", web), "db.yaml": profile("db", db) });
/** What must hold after a change that was refused. */
const isAsBefore = () => {
  assert.deepEqual(rules(), ["web/one"]);
  assert.deepEqual(readdirSync(folder), ["web.yaml"]);
  assert.equal(readFileSync(file, "utf8"), profile("web", "one"));
  assert.equal(manager.status.confirmWithin, null);
  assert.ok(!existsSync(join(state, "pending.json")));
};

async function told(text: string): Promise<void> {
  while (!lines.some((line) => line.includes(text))) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("a change that cannot be taken back is told, and tried until it can", async () => {
  await apply(0.05);
  // a folder in its place stands for a disk that takes nothing
  rmSync(file);
  mkdirSync(file);
  await told("cannot be put back");
  assert.notEqual(manager.status.confirmWithin, null, "it waits on");
  rmdirSync(file);
  await told("is taken back");
  assert.ok(inForce.includes("web/one"));
});

test("a file that cannot be read is not changed, so that no roll-back removes it", async () => {
  chmodSync(file, 0o666);
  await assert.rejects(apply(600), { code: "RF_REQUEST" });
  assert.equal(readFileSync(file, "utf8"), profile("web", "one"));
});

test("several files are one change: of the policy, of the audit log, to be confirmed and to be taken back", async () => {
  const before = manager.status.generation;
  await apply(0.05, both("two", "three"));
  assert.deepEqual(rules(), ["db/three", "web/two"]);
  assert.equal(manager.status.generation, before + 1);
  await told("is taken back");
  isAsBefore();
  const entries = audit().map(({ action, result, files, profiles }) => [action, result, files, profiles]);
  const names = ["web.yaml", "db.yaml"];
  assert.deepEqual(entries, [
    ["apply", "done", names, ["db", "web"]],
    ["roll-back", "done", names, undefined],
  ]);
  await apply(600, both("two", "three"));
  await manager.confirm(peer);
  await manager.stop();
  await start();
  assert.deepEqual(rules(), ["db/three", "web/two"]);
});

test("several files of which some are wrong change nothing, and each that is wrong is told with its place", async () => {
  const texts = {
    ...both("two", "three"),
    "a.yaml": "kind: [",
    "b.yaml": `${profile("b", "x")}  stray: 1\n`,
  };
  await assert.rejects(apply(null, texts), (error) => {
    assert.ok(error instanceof PolicyErrors);
    const places = error.errors.map(({ location }) => `${location?.file}:${location?.line}`);
    assert.deepEqual(places.toSorted(), [`${folder}/a.yaml:1`, `${folder}/b.yaml:11`]);
    return true;
  });
  isAsBefore();
  const twice = { "x.yaml": profile("same", "x"), "y.yaml": profile("same", "y") };
  await assert.rejects(apply(null, twice), /"same" is defined in/);
  await assert.rejects(apply(null, { ...both("two", "three"), "../z.yaml": profile("z", "z") }), {
    code: "RF_REQUEST",
  });
  await assert.rejects(apply(null, {}), { code: "RF_REQUEST" });
  isAsBefore();
  assert.ok(audit().every(({ result }) => result === "refused"));
});

test("several files that the kernel or the disk has no room for change nothing", async () => {
  await assert.rejects(apply(null, both("two", "too-large")), { code: "RF_MAP_FULL" });
  isAsBefore();
  assert.deepEqual(
    audit().map(({ result }) => result),
    ["done", "failed"],
  );
  await manager.stop();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
  try {
    writeFileSync(file, profile("web", "one"));
    await start();
    const long = `# ${"x".repeat(60_000)}\n${profile("db", "three")}`;
    await assert.rejects(apply(null, { ...both("two", "three"), "db.yaml": long }), /ENOSPC/);
    isAsBefore();
    await manager.stop();
  } finally {
    execFileSync("umount", [folder]);
  }
});

test("a change that an agent could not finish is taken back by the next", async () => {
  await manager.stop();
  const files = [
    { file, text: profile("web", "one") },
    { file: join(folder, "db.yaml"), text: null },
  ];
  writeFileSync(join(state, "pending.json"), JSON.stringify({ files, deadline: 0, bootId: bootId() }));
  writeFileSync(file, profile("web", "two"));
  await start();
  isAsBefore();
  assert.ok(lines.some((line) => line.includes("not finished")));
});
