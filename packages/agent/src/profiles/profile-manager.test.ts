import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { Cgroup2 } from "@ringfence/kernel";
import { RingfenceError } from "@ringfence/model";
import type { Peer } from "../control/peer.js";
import { PolicyErrors } from "../policy/policy-errors.js";
import { sampleProfile as profile } from "../testing/sample-profile.js";
import type { ProtectedFlow } from "./assess-profiles.js";
import type { PolicyNotice } from "./policy-notice.js";
import { ProfileManager } from "./profile-manager.js";
import { profileMethods } from "./profile-methods.js";

let root = "";
let folder = "";
let state = "";
let manager: ProfileManager | null = null;
const cgroups = Cgroup2.open();
const peer: Peer = { pid: process.pid, uid: 0, gid: 0, groups: [], access: "change" };

/** Stands for the kernel: which rules are in force. */
let inForce: readonly string[] = [];
let generation = 0;
let notices: PolicyNotice[] = [];
let onNotice: () => void = () => undefined;
let protectedFlows: readonly ProtectedFlow[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ringfence-profiles-"));
  folder = join(root, "profiles");
  state = join(root, "state");
  mkdirSync(folder);
  mkdirSync(state, { mode: 0o700 });
  inForce = [];
  generation = 0;
  notices = [];
  protectedFlows = [];
});
afterEach(async () => {
  await manager?.stop();
  manager = null;
  rmSync(root, { recursive: true });
});

async function start(): Promise<ProfileManager> {
  await manager?.stop();
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
    tell: (notice) => {
      notices.push(notice);
      onNotice();
    },
    protect: () => protectedFlows,
  });
  await manager.start();
  return manager;
}

function put(name: string, text: string): void {
  writeFileSync(join(folder, `.${name}.tmp`), text);
  renameSync(join(folder, `.${name}.tmp`), join(folder, name));
}

/** Waits for a notice of a kind, without a clock. */
function notice(change: PolicyNotice["change"], since = notices.length): Promise<PolicyNotice> {
  return new Promise((resolve) => {
    const look = () => {
      const found = notices.slice(since).find((one) => one.change === change);
      if (found !== undefined) resolve(found);
    };
    onNotice = look;
    look();
  });
}

const rules = () => inForce.filter((rule) => !rule.endsWith("default") && !rule.endsWith("listen"));
const audit = () =>
  readFileSync(join(state, "audit.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const keepAlive = setInterval(() => undefined, 1000);
test.after(() => {
  clearInterval(keepAlive);
  cgroups.close();
});

test("ProfileManager puts a folder in force and follows it: added, changed, broken, removed", async () => {
  put("web.yaml", profile("web", "one"));
  const { status } = await start();
  assert.deepEqual(rules(), ["web/one"]);
  assert.equal(status.profiles[0]?.name, "web");
  let next = notice("changed");
  put("db.yml", profile("db", "two"));
  assert.deepEqual((await next).lines, ['profile "db" added']);
  assert.deepEqual(rules().toSorted(), ["db/two", "web/one"]);
  next = notice("refused");
  put("web.yaml", `${profile("web", "three")}  nonsense: 1\n`);
  assert.match((await next).lines[0] ?? "", /profiles\/web\.yaml:11:3: Unknown key "nonsense"/);
  assert.deepEqual(rules().toSorted(), ["db/two", "web/one"]);
  assert.equal(manager?.status.errors.length, 1);
  next = notice("changed");
  rmSync(join(folder, "db.yml"));
  await next;
  assert.deepEqual(rules(), ["web/one"]);
  next = notice("changed");
  put("web.yaml", profile("web", "three"));
  await next;
  assert.deepEqual(rules(), ["web/three"]);
  assert.deepEqual(manager?.status.errors, []);
});

test("ProfileManager keeps what was good when it starts again with a broken folder, or with none", async () => {
  put("web.yaml", profile("web", "one"));
  await start();
  put("web.yaml", "broken: [");
  await start();
  assert.deepEqual(rules(), ["web/one"]);
  assert.equal(statSync(join(state, "last-good.json")).mode & 0o777, 0o600);
  rmSync(folder, { recursive: true });
  await start();
  assert.deepEqual(rules(), ["web/one"]);
  assert.match(manager?.status.errors[0]?.message ?? "", /Cannot read the folder/);
  mkdirSync(folder);
  await manager?.reload();
  assert.deepEqual(rules(), []);
});

test("ProfileManager refuses a second profile of a name and names both files", async () => {
  put("b.yaml", profile("web", "one"));
  await start();
  const next = notice("refused");
  put("a.yaml", profile("web", "two"));
  assert.match((await next).lines[0] ?? "", /"web" is defined in ".*a\.yaml" and in ".*b\.yaml"/);
  assert.deepEqual(rules(), ["web/one"]);
});

test("ProfileManager keeps a file as it was while it cannot be read, or others may change it", async () => {
  put("web.yaml", profile("web", "one"));
  await start();
  rmSync(join(folder, "web.yaml"));
  symlinkSync("/nowhere", join(folder, "web.yaml"));
  await manager?.reload();
  assert.deepEqual(rules(), ["web/one"]);
  assert.equal(manager?.status.errors[0]?.code, "RF_POLICY_FILE");
  rmSync(join(folder, "web.yaml"));
  put("web.yaml", profile("web", "two"));
  chmodSync(join(folder, "web.yaml"), 0o666);
  await manager?.reload();
  assert.deepEqual(rules(), ["web/one"]);
  assert.match(manager?.status.errors[0]?.message ?? "", /others may change/);
});

test("ProfileManager changes nothing when the kernel has no room", async () => {
  put("web.yaml", profile("web", "one"));
  await start();
  put("web.yaml", profile("web", "too-large"));
  await manager?.reload();
  assert.deepEqual(rules(), ["web/one"]);
  assert.equal(manager?.status.errors[0]?.code, "RF_MAP_FULL");
  await assert.rejects(apply("web.yaml", profile("web", "too-large")), { code: "RF_MAP_FULL" });
});

test("ProfileManager reads a large folder in a process of its own", async () => {
  for (let i = 0; i < 200; i++) put(`p${i}.yaml`, profile(`p${i}`, "a", "b"));
  await start();
  assert.equal(rules().length, 400);
  put("p7.yaml", "broken");
  await manager?.reload();
  assert.equal(rules().length, 400);
  assert.match(manager?.status.errors[0]?.location?.file ?? "", /p7\.yaml$/);
});

const apply = (
  name: string,
  text: string | null,
  options: { force?: boolean; confirmWithin?: number } = {},
) => {
  if (manager === null) throw new Error("Cannot apply: nothing was started");
  const { force = false, confirmWithin = null } = options;
  const change = { files: [{ name, text }], force, confirmWithin };
  return manager.change(text === null ? "delete" : "apply", change, peer);
};

test("ProfileManager applies a file, and a wrong one changes neither folder nor policy", async () => {
  await start();
  assert.deepEqual(
    (await apply("web.yaml", profile("web", "one"))).map(({ change }) => change),
    ["added"],
  );
  assert.deepEqual(rules(), ["web/one"]);
  await assert.rejects(
    apply("web.yaml", "kind: [", {}),
    (error) => error instanceof PolicyErrors && error.errors[0]?.location?.line === 1,
  );
  await assert.rejects(apply("../web.yaml", profile("web", "two")), { code: "RF_REQUEST" });
  assert.equal(readFileSync(join(folder, "web.yaml"), "utf8"), profile("web", "one"));
  assert.deepEqual(readdirSync(folder), ["web.yaml"]);
  await apply("web.yaml", null);
  assert.deepEqual([rules(), readdirSync(folder)], [[], []]);
  const entries = audit();
  assert.deepEqual(
    entries.map(({ action, result }) => [action, result]),
    [
      ["apply", "done"],
      ["apply", "refused"],
      ["apply", "refused"],
      ["delete", "done"],
    ],
  );
  const [first] = entries;
  assert.equal(first.who.uid, 0);
  assert.equal(first.who.user, "root");
  assert.equal(first.who.pid, process.pid);
  assert.equal(first.who.exe, process.execPath);
  assert.deepEqual(first.profiles, ["web"]);
  assert.equal(first.after, entries[3].before);
  assert.equal(statSync(join(state, "audit.ndjson")).mode & 0o777, 0o600);
});

test("ProfileManager takes a change back that nobody confirms, and keeps one that somebody does", async () => {
  put("web.yaml", profile("web", "one"));
  await start();
  const back = notice("rolled-back");
  await apply("web.yaml", profile("web", "two"), { confirmWithin: 0.05 });
  assert.deepEqual(rules(), ["web/two"]);
  await assert.rejects(apply("web.yaml", profile("web", "three")), { code: "RF_POLICY_PENDING" });
  await back;
  assert.deepEqual(rules(), ["web/one"]);
  assert.equal(readFileSync(join(folder, "web.yaml"), "utf8"), profile("web", "one"));
  await assert.rejects(manager?.confirm(peer) ?? Promise.resolve(), { code: "RF_POLICY_PENDING" });
  await apply("new.yaml", profile("new", "two"), { confirmWithin: 600 });
  assert.ok((manager?.status.confirmWithin ?? 0) > 590);
  await manager?.confirm(peer);
  assert.equal(manager?.status.confirmWithin, null);
  await start();
  assert.deepEqual(rules().toSorted(), ["new/two", "web/one"]);
});

test("ProfileManager takes a change back after it was started again, or after a boot", async () => {
  put("web.yaml", profile("web", "one"));
  await start();
  await apply("web.yaml", profile("web", "two"), { confirmWithin: 600 });
  await start();
  assert.deepEqual(rules(), ["web/two"]);
  const file = join(state, "pending.json");
  const pending = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...pending, bootId: "another" }));
  await start();
  assert.deepEqual(rules(), ["web/one"]);
  await apply("new.yaml", profile("new", "two"), { confirmWithin: 600 });
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), deadline: 1 }));
  await start();
  assert.deepEqual([rules(), readdirSync(folder)], [["web/one"], ["web.yaml"]]);
});

test("ProfileManager refuses what would cut an operator off, unless it is forced", async () => {
  const process = { exe: null, ancestors: [], comm: "sshd", uid: 0, gid: 0, cgroup: "/", container: false };
  const flow = {
    direction: "ingress",
    protocol: "tcp",
    address: { family: 4, value: 1n },
    port: 22,
  } as const;
  protectedFlows = [{ what: "sshd (pid 1)", process, flow }];
  const cutting = `${profile("ssh").replace("allow, rules: []", "deny, rules: []").replace("    rules:\n", "    rules: []\n")}`;
  const harmless = cutting.replace("deny, rules: []", "deny, rules: [{ allow: { localPorts: [22] } }]");
  await start();
  await assert.rejects(
    apply("ssh.yaml", cutting),
    (error) =>
      error instanceof RingfenceError &&
      error.code === "RF_POLICY_LOCKOUT" &&
      /sshd \(pid 1\) by ssh\/ingress.default/.test(error.message),
  );
  put("ssh.yaml", cutting);
  await manager?.reload();
  assert.equal(manager?.status.errors[0]?.code, "RF_POLICY_LOCKOUT");
  assert.equal(inForce.length, 0);
  await apply("ssh.yaml", harmless);
  await apply("ssh.yaml", cutting, { force: true });
  assert.ok(inForce.includes("ssh/ingress.default"));
  assert.equal(audit().at(-1).forced, true);
  // What is in force is not asked about again.
  await start();
  assert.deepEqual(manager?.status.errors, []);
});

test("ProfileManager goes on when its state folder takes no more, and refuses what it cannot put on record", async () => {
  put("web.yaml", profile("web", "one"));
  rmSync(state, { recursive: true });
  writeFileSync(state, "");
  await start();
  assert.deepEqual(rules(), ["web/one"]);
  assert.equal(
    notices.some(({ change }) => change === "warning"),
    true,
  );
  await assert.rejects(apply("web.yaml", profile("web", "two")), { code: "RF_STATE" });
  assert.deepEqual(rules(), ["web/one"]);
  rmSync(state);
});

test("ProfileManager opens everything in a panic, over restarts and changes, and closes it again", async () => {
  put("web.yaml", profile("web", "one"));
  await start();
  await manager?.panic(peer);
  assert.equal(inForce.length, 0);
  assert.equal(manager?.status.panic?.by, "root");
  put("web.yaml", profile("web", "two"));
  await manager?.reload();
  assert.equal(inForce.length, 0);
  await start();
  assert.equal(inForce.length, 0);
  await manager?.endPanic(peer);
  assert.deepEqual(rules(), ["web/two"]);
  await start();
  assert.deepEqual([rules(), manager?.status.panic], [["web/two"], null]);
  const actions = audit().map(({ action }) => action);
  assert.deepEqual(
    actions.filter((action) => action !== "folder"),
    ["panic", "panic-end"],
  );
});

test("ProfileManager counts the processes and cgroups that each profile covers", async () => {
  put(
    "web.yaml",
    profile("web", "one").replace("  mode: enforce", "  mode: enforce\n  subject: { uid: 33 }"),
  );
  await start();
  const process = { exe: null, ancestors: [], comm: "x", uid: 33, gid: 0, cgroup: "/a", container: false };
  const processes = [process, process, { ...process, cgroup: "/b" }, { ...process, uid: 0 }];
  assert.deepEqual(await manager?.coverage(processes), [{ profile: "web", processes: 3, cgroups: 2 }]);
});

test("profileMethods list, show, compare and delete profiles by name", async () => {
  put("two.yaml", `${profile("a", "one")}---\n# about b\n${profile("b", "two")}`);
  put("c.yaml", profile("c", "three"));
  const methods = profileMethods(await start());
  const call = async (method: string, params: object = {}) =>
    methods[method]?.handle(params as Record<string, unknown>, peer, {
      send: () => undefined,
      signal: new AbortController().signal,
    });
  assert.deepEqual(
    ((await call("policy.list")) as { profiles: { name: string }[] }).profiles.map(({ name }) => name),
    ["c", "a", "b"],
  );
  assert.equal(
    ((await call("policy.show", { name: "b" })) as { text: string }).text,
    `# about b\n${profile("b", "two")}`,
  );
  await assert.rejects(call("policy.show", { name: "z" }), { code: "RF_POLICY_UNKNOWN" });
  await assert.rejects(call("policy.show"), { code: "RF_REQUEST" });
  const files = [{ name: "c.yaml", text: profile("c", "four") }];
  const part = (await call("policy.diff", { files })) as { profile: string; change: string }[];
  assert.deepEqual(
    part.map(({ profile, change }) => [profile, change]),
    [["c", "changed"]],
  );
  const whole = (await call("policy.diff", { files, whole: true })) as { profile: string; change: string }[];
  assert.deepEqual(
    whole.map(({ profile, change }) => [profile, change]),
    [
      ["c", "changed"],
      ["a", "removed"],
      ["b", "removed"],
    ],
  );
  await assert.rejects(call("policy.delete", { name: "a" }), /holds "b" too/);
  await call("policy.delete", { name: "c" });
  assert.deepEqual(
    readdirSync(folder).map((name) => basename(name)),
    ["two.yaml"],
  );
});
