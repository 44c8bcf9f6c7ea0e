import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { Cgroup2 } from "@ringfence/kernel";
import type { Peer } from "../control/peer.js";
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
let file = "";
let lines: string[] = [];
let inForce: readonly string[] = [];
let manager: ProfileManager;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "ringfence-roll-back-"));
  const [folder, state] = [join(root, "profiles"), join(root, "state")];
  for (const path of [folder, state]) mkdirSync(path, { mode: 0o700 });
  file = join(folder, "web.yaml");
  writeFileSync(file, profile("web", "one"));
  lines = [];
  let generation = 0;
  manager = new ProfileManager({
    folder,
    state,
    cgroups,
    target: {
      replace: ({ compiled }) => {
        inForce = compiled.bits.map(({ ruleId }) => ruleId);
        return ++generation;
      },
    },
    tell: (notice) => lines.push(...notice.lines),
    protect: () => [],
  });
  await manager.start();
});
afterEach(async () => {
  await manager.stop();
  rmSync(root, { recursive: true });
});

const apply = (confirmWithin: number) =>
  manager.change(
    "apply",
    { name: "web.yaml", text: profile("web", "two"), force: false, confirmWithin },
    peer,
  );

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
