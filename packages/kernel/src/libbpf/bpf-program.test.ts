import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { u32Codec, u64Codec } from "../layout/scalar-codecs.js";
import { mount, umount } from "../system/mount.js";
import { compileBpf } from "../testing/compile-bpf.js";
import { runNode } from "../testing/run-node.js";
import { TemporaryCgroup } from "../testing/temporary-cgroup.js";
import { TemporaryNetns } from "../testing/temporary-netns.js";
import { BpfLink } from "./bpf-link.js";
import { BpfObject } from "./bpf-object.js";
import { iterate } from "./iterate.js";

const path = compileBpf("sample");
const object = BpfObject.open(path);
object.load();
after(() => object.close());

/** How a connect to a closed loopback port ends for a process in a cgroup. */
function connectIn(group: TemporaryCgroup): string {
  const enter = `echo 0 > ${group.cgroup2.directory(group.path)}/cgroup.procs && exec "$@"`;
  const connect = `require("net").connect(1, "127.0.0.1").on("error", (e) => console.log(e.code))`;
  const result = spawnSync("sh", ["-c", enter, "sh", process.execPath, "-e", connect], { encoding: "utf8" });
  return result.stdout.trim();
}

test("BpfProgram.attachCgroup, BpfLink.update and destroy decide at once", () => {
  using group = new TemporaryCgroup();
  const fd = group.cgroup2.openDirectory(group.path);
  const link = object.program("deny_all").attachCgroup(fd);
  closeSync(fd);
  assert.equal(connectIn(group), "EPERM");
  link.update(object.program("allow_all"));
  assert.equal(connectIn(group), "ECONNREFUSED");
  link.update(object.program("deny_all"));
  assert.equal(connectIn(group), "EPERM");
  link.destroy();
  assert.equal(connectIn(group), "ECONNREFUSED");
  link.destroy();
  assert.throws(() => link.fd, /link of "deny_all": it is closed/);
});

test("BpfLink.detach leaves the hook while the descriptor is still open", () => {
  using group = new TemporaryCgroup();
  const fd = group.cgroup2.openDirectory(group.path);
  using link = object.program("deny_all").attachCgroup(fd);
  closeSync(fd);
  link.detach();
  assert.equal(connectIn(group), "ECONNREFUSED");
  assert.ok(link.fd > 2);
});

test("BpfLink stays attached in a child that inherited its descriptor", () => {
  using group = new TemporaryCgroup();
  const enter = `
    const object = kernel.BpfObject.open(${JSON.stringify(path)});
    object.load();
    const link = object.program("deny_all").attachCgroup(3);
    const { spawn } = await import("node:child_process");
    spawn("sleep", ["60"], { stdio: ["ignore", "ignore", "ignore", link.fd], detached: true }).unref();
    process.exit(0);`;
  const fd = group.cgroup2.openDirectory(group.path);
  runNode(
    `const { writeFileSync } = await import("node:fs");
    writeFileSync("${group.cgroup2.directory(group.path)}/cgroup.procs", "0");${enter}`,
    {
      stdio: ["ignore", "ignore", "inherit", fd],
    },
  );
  closeSync(fd);
  const holders = group.cgroup2.procs(group.path);
  assert.equal(holders.length, 1);
  assert.equal(connectIn(group), "EPERM");
  for (const pid of holders) process.kill(pid, "SIGKILL");
  while (group.cgroup2.procs(group.path).length > 0)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
});

test("BpfLink.pin and BpfProgram.pin outlive their objects until unpinned", () => {
  using group = new TemporaryCgroup();
  const directory = mkdtempSync(join(tmpdir(), "rf-test-bpffs-"));
  mount({ source: "bpf", target: directory, type: "bpf" });
  try {
    const fd = group.cgroup2.openDirectory(group.path);
    const link = object.program("deny_all").attachCgroup(fd);
    closeSync(fd);
    link.pin(join(directory, "link"));
    link.destroy();
    assert.equal(connectIn(group), "EPERM");
    const again = BpfLink.open(join(directory, "link"));
    again.unpin();
    again.destroy();
    assert.equal(connectIn(group), "ECONNREFUSED");
    assert.throws(() => BpfLink.open(join(directory, "link")), {
      code: "RF_ATTACH_REFUSED",
      message: /ENOENT/,
    });
    object.program("pass").pin(join(directory, "program"));
    object.program("pass").unpin(join(directory, "program"));
  } finally {
    umount(directory);
    rmdirSync(directory);
  }
});

test("BpfProgram.attachCgroup refuses a descriptor that is no cgroup", () => {
  const fd = openSync("/", "r");
  const refused = {
    code: "RF_ATTACH_REFUSED",
    message: /"deny_all" \(cgroup\/connect4\) to cgroup descriptor/,
  };
  assert.throws(() => object.program("deny_all").attachCgroup(fd), refused);
  closeSync(fd);
});

test("BpfProgram.attach follows a tracepoint until destroyed", () => {
  const counters = object.perCpuMap("counters", u32Codec, u64Codec);
  const forks = () => counters.sum(3, 0n, (a, b) => a + b);
  const link = object.program("on_fork").attach();
  const before = forks();
  spawnSync("true");
  assert.ok(forks() > before);
  link.destroy();
  const last = forks();
  spawnSync("true");
  assert.equal(forks(), last);
});

test("iterate returns all that an iterator wrote, every time anew", () => {
  using link = object.program("list_tasks").attachIter();
  for (let round = 0; round < 2; round++) {
    const bytes = iterate(link);
    const pids = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    assert.ok(pids.includes(process.pid));
  }
});

test("BpfProgram.testRun returns value, packet and time", () => {
  const result = object.program("pass").testRun({ dataIn: new Uint8Array(64).fill(1), repeat: 100 });
  assert.equal(result.returnValue, 2);
  assert.deepEqual(result.dataOut, new Uint8Array(64).fill(1));
  assert.ok(result.durationNs >= 0);
  assert.equal(object.program("count_up").testRun().returnValue, 7);
});

test("BpfProgram.testRun passes a context", () => {
  const { returnValue } = object.program("make_records").testRun({ ctxIn: new Uint8Array(8) });
  assert.equal(returnValue, 0);
  assert.throws(
    () => object.program("pass").testRun({ dataIn: new Uint8Array(1) }),
    /Cannot test-run program "pass"/,
  );
});

test("BpfProgram.verifiedInstructions counts what the verifier walked", () => {
  const count = object.program("count_up").verifiedInstructions();
  assert.ok(count > 5 && count < 100, `${count}`);
});

test("BpfProgram.attachXdp and attachTc act on an interface and leave it", () => {
  using netns = new TemporaryNetns();
  const result = runNode(
    `const { execFileSync } = await import("node:child_process");
     const show = (...command) => execFileSync(command[0], command.slice(1), { encoding: "utf8" });
     const left = Number(show("cat", "/sys/class/net/left/ifindex"));
     const object = kernel.BpfObject.open(${JSON.stringify(path)});
     object.load();
     const xdp = object.program("pass").attachXdp(left);
     console.log(/prog\\/xdp/.test(show("ip", "-d", "link", "show", "left")));
     xdp.destroy();
     console.log(/prog\\/xdp/.test(show("ip", "-d", "link", "show", "left")));
     const filters = () => show("tc", "filter", "show", "dev", "left", "egress");
     const first = object.program("shot").attachTc(left, "egress", { priority: 7 });
     console.log(/pref 7 bpf.*shot/.test(filters()), first.priority);
     const second = object.program("shot").attachTc(left, "egress", { priority: 9 });
     first.detach();
     first.detach();
     console.log(/pref 7/.test(filters()), /pref 9/.test(filters()));
     second.detach();
     console.log(filters());`,
    { via: ["ip", "netns", "exec", netns.name] },
  );
  assert.equal(result.stdout, "true\nfalse\ntrue 7\nfalse true\n\n", result.stderr);
});
