import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { copyFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { alteredObject, withObject } from "./harness/altered-object.js";
import { FEW_PEERS } from "./harness/altered-objects.js";
import { TestCgroup } from "./harness/cgroups.js";
import { fence } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { compileNative } from "./harness/native.js";
import { profile, rules } from "./harness/profile.js";
import type { ProcessOptions } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const FLOW_ROWS = 16_384;
const PEERS = 16_384;
const FIRST_PORT = 10_000;
const DENIED_PORT = 40_000;

/** "PORT RESULT" lines, counted by their result. */
function countResults(stdout: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of stdout.trimEnd().split("\n")) {
    const result = line.split(" ")[1] ?? line;
    counts[result] = (counts[result] ?? 0) + 1;
  }
  return counts;
}

/** Allows one program two ports of its own, and nobody anything else. */
function onlyFor(exe: string): string {
  return profile("p", {
    default: "deny",
    rules: rules({ program: { allow: { process: { exe }, ports: [1001, 1002] } } }),
  });
}

describe("ringfence run with a full table", () => {
  test("of flows judges and counts on, and says so", { timeout }, async () => {
    const subject = compileNative("subject", temporaryFolder());
    const ports = Array.from({ length: FLOW_ROWS + 1000 }, (_, index) => FIRST_PORT + index);
    const lastPorts = [DENIED_PORT, DENIED_PORT + 1].map(String);
    const run = await fence([subject, "connect", ...ports.map(String), ...lastPorts], {
      options: ["--deny", `:${DENIED_PORT}-${DENIED_PORT + 1}`, "--fail-on-deny"],
      via: isolated,
    });
    assert.deepEqual(countResults(run.stdout), { ECONNREFUSED: ports.length, EPERM: 2 }, run.stderr);
    assert.equal(run.code, 3, "denied flows without a row still fail the run");
    const { allowed, denied } = run.report.totals;
    assert.deepEqual([allowed, denied], [ports.length, 2]);
    assert.equal(run.report.flows.length < FLOW_ROWS, true);
    assert.equal(run.report.losses.flows, ports.length + 2 - run.report.flows.length);
    assert.ok(
      run.report.warnings.some((text) => /flow/.test(text)),
      run.report.warnings.join(),
    );
  });

  test("of processes refuses whoever has no record what needs one", { timeout }, async () => {
    await using group = TestCgroup.make(`rf-e2e-${process.pid}`);
    const folder = temporaryFolder();
    const subject = compileNative("subject", folder);
    const limit = join(folder, "threads-max");
    // as many as run now and some more; the command starts twice as many more
    writeFileSync(limit, String(processCount() + 100));
    const script = `for i in $(seq 200); do sleep 60 & done
for i in $(seq 20); do "$0" connect 1001; "$0" connect 1003; done
kill $(jobs -p); wait`;
    const run = await fence(["bash", "-c", script, subject], {
      policies: [onlyFor(subject)],
      // nobody outside this cgroup is judged: a host's processes may be without a record too
      options: ["--hook-cgroup", group.path],
      via: [
        ...group.via,
        "unshare",
        "--mount",
        "sh",
        "-c",
        `mount --bind "$0" /proc/sys/kernel/threads-max && exec "$@"`,
        limit,
        ...isolated,
      ],
    });
    const results = run.stdout.trimEnd().split("\n");
    assert.equal(results.filter((line) => line === "1003 EPERM").length, 20, run.stdout);
    assert.ok(results.includes("1001 EPERM"), "every process had a record: nothing was tried");
    assert.ok(run.report.losses.processes > 0);
    assert.ok(
      run.report.flows.some((flow) => flow.exeFlags.includes("unknown") && flow.outcome === "denied"),
    );
    assert.equal(
      run.report.flows.some((flow) => flow.exeFlags.includes("unknown") && flow.outcome === "allowed"),
      false,
    );
  });

  test("of peers forgets some that may still be answered, and says how many", { timeout }, async () => {
    const [room, count] = [FEW_PEERS, 2 * FEW_PEERS];
    const object = alteredObject("fewPeers");
    const askers = Array.from({ length: count }, () => createSocket("udp4"));
    const { stdout, stderr, report } = await fence([process.execPath, "-e", answerAfter(count)], {
      options: ["--default", "deny"],
      via: withObject(object),
      onStart: onLines((port) => {
        for (const asker of askers) asker.send("hello", port, "127.0.0.1");
      }),
    });
    for (const asker of askers) asker.close();
    const results = stdout.trimEnd().split("\n").slice(1);
    const expected = askers.map((_, at) => `${at} ${at < count - room ? "EPERM" : "ok"}`);
    assert.deepEqual(results, expected, stderr);
    assert.equal(report.losses.peers, count - room);
  });

  test("of peers forgets those that nobody may answer any more, and none else", { timeout }, async () => {
    const room = FEW_PEERS;
    const object = alteredObject("fewPeersForFourSeconds");
    const askers = Array.from({ length: room + 1 }, () => createSocket("udp4"));
    const [first, last] = [askers[0], askers[room]];
    const { stdout, stderr, report } = await fence([process.execPath, "-e", answerFirst(room)], {
      options: ["--default", "deny"],
      via: withObject(object),
      onStart: onLines(
        (port) => {
          for (const asker of askers.slice(0, room)) asker.send("hello", port, "127.0.0.1");
        },
        (port) => first?.send("again", port, "127.0.0.1", () => last?.send("hello", port, "127.0.0.1")),
      ),
    });
    for (const asker of askers) asker.close();
    assert.equal(stdout.split("\n")[2], "first ok", stderr);
    assert.equal(report.losses.peers, 0);
  });

  test("of peers keeps whoever came last as long as there is room for", { timeout }, async () => {
    const asker = createSocket("udp4");
    const { stdout, stderr, report } = await fence(
      [process.execPath, "-e", askAfter(PEERS, [2100, 11_900])],
      {
        policies: [
          profile("p", { default: "deny", rules: rules({ many: { allow: { to: ["127.128.0.0/9"] } } }) }),
        ],
        onStart: onLines((port) => asker.send("hello", port, "127.0.0.1")),
      },
    );
    asker.close();
    assert.deepEqual(stdout.split("\n").slice(1), ["2100 ok", "11900 ok", ""], stderr);
    assert.equal(report.losses.peers, 1 + 2100 + 11_900, "places were free, or one was given twice");
  });

  test("of peers forgets those of closed sockets first, and counts none of them", { timeout }, async () => {
    const room = FEW_PEERS;
    const object = alteredObject("fewPeers");
    const asker = createSocket("udp4");
    const { stdout, stderr, report } = await fence([process.execPath, "-e", openAndClose(3 * room)], {
      options: ["--default", "deny", "--allow", "127.0.0.1:9", "--allow", "[::1]:9"],
      via: withObject(object),
      onStart: onLines((port) => asker.send("hello", port, "127.0.0.1")),
    });
    asker.close();
    assert.equal(stdout.split("\n")[1], "ok", stderr);
    assert.equal(report.losses.peers, 0);
  });

  test("of peers knows that a socket was closed, whatever the sockets of another CPU are called", {
    timeout,
    skip: availableParallelism() < 2 && "there is only one CPU",
  }, async () => {
    const room = FEW_PEERS;
    const object = alteredObject("fewPeers");
    const bitsOfPlaces = Math.log2(16 * room);
    const { stdout, stderr, report } = await fence(
      [compileNative("closed-twins", temporaryFolder()), String(room), String(bitsOfPlaces)],
      { options: ["--default", "deny", "--allow", "127.0.0.1:9"], via: withObject(object) },
    );
    assert.equal(stdout, "ok\n", stderr);
    assert.equal(report.losses.peers, 0);
  });

  test("of subjects changes no verdict, and says how many took longer", { timeout }, async () => {
    const [rows, count, firstUser] = [1024, 1100, 20_000];
    const subject = compileNative("subject", temporaryFolder());
    const names = Array.from({ length: count }, (_, index) => `user-${index}`);
    // a user of its own for each rule, so that each is a subject of its own
    const table = names.map((name, index) => [
      name,
      { allow: { process: { uid: [firstUser + index] }, to: ["127.0.0.1"], ports: [FIRST_PORT + index] } },
    ]);
    const script = `for i in $(seq 0 ${count - 1}); do
"$0" uid $((${firstUser} + i)) connect $((${FIRST_PORT} + i)) $((${FIRST_PORT + 1} + i)); done`;
    const run = await fence(["bash", "-c", script, subject], {
      policies: [profile("p", { default: "deny", rules: rules(Object.fromEntries(table)) })],
      via: isolated,
    });
    const expected = names.flatMap((_, index) => [
      `${FIRST_PORT + index} ECONNREFUSED`,
      `${FIRST_PORT + 1 + index} EPERM`,
    ]);
    assert.deepEqual(run.stdout.trimEnd().split("\n"), expected, run.stderr);
    // two calls for each subject without a row of its own
    assert.ok(run.report.losses.subjects >= 2 * (count - rows), `${run.report.losses.subjects}`);
  });

  test("of executables or of events changes no verdict", { timeout }, async () => {
    const folder = temporaryFolder();
    const object = alteredObject("fewEventsAndExecutables");
    const subject = compileNative("subject", folder);
    const named = join(folder, "named");
    for (const path of [named, ...Array.from({ length: 10 }, (_, index) => `${named}-${index}`)]) {
      copyFileSync(subject, path);
    }
    const ports = Array.from({ length: 500 }, () => "1003").join(" ");
    const script = `for i in 0 1 2 3 4 5 6 7 8 9; do "$0-$i" connect 1001; done; "$0" connect 1001 ${ports}`;
    const run = await fence(["bash", "-c", script, named], {
      policies: [onlyFor(named)],
      via: [...withObject(object), ...isolated],
    });
    assert.deepEqual(countResults(run.stdout), { EPERM: 510, ECONNREFUSED: 1 }, run.stderr);
    assert.deepEqual([run.report.totals.denied, run.report.totals.allowed], [510, 1]);
    const { losses } = run.report;
    assert.ok(losses.executables > 0, "no path was lost");
    assert.ok(losses.events > 0, "no event was lost");
    assert.ok(run.report.flows.some((flow) => flow.exe === "(unknown)"));
    assert.ok(run.log.length < 511 && run.log.length + losses.events >= 511, `${run.log.length} lines`);
  });
});

/** A UDP server that prints its port, and answers when that many have asked: "N RESULT" for each. */
function answerAfter(count: number): string {
  return `
const socket = require("dgram").createSocket("udp4"), peers = [];
const answer = (at) => {
  if (at === ${count}) process.exit();
  const { port, address } = peers[at];
  socket.send("answer", port, address, (error) => { console.log(at, error?.code ?? "ok"); answer(at + 1); });
};
socket.bind(0, "127.0.0.1", () => console.log(socket.address().port));
socket.on("message", (_, from) => { if (peers.push(from) === ${count}) answer(0); });
`;
}

/**
 * One that waits until its second peer may not be answered any more, prints a line, hears two datagrams more, and prints
 * what an answer to the first peer came to.
 */
function answerFirst(room: number): string {
  return `
const socket = require("dgram").createSocket("udp4"), peers = [];
const answer = ({ port, address }, then) => socket.send("answer", port, address, (error) => then(error?.code ?? "ok"));
const wait = (result) => {
  if (result === "EPERM") console.log("past");
  else setTimeout(() => answer(peers[1], wait), 100);
};
socket.bind(0, "127.0.0.1", () => console.log(socket.address().port));
socket.on("message", (_, from) => {
  const count = peers.push(from);
  if (count === ${room}) answer(peers[1], wait);
  if (count === ${room} + 2) answer(peers[0], (result) => { console.log("first", result); process.exit(); });
});
`;
}

/**
 * One whose other sockets write to as many others as there is room for before it prints its port, and to more each time before it
 * answers: "N RESULT".
 */
function askAfter(first: number, more: readonly number[]): string {
  return `
const dgram = require("dgram"), server = dgram.createSocket("udp4");
const clients = Array.from({ length: 128 }, () => dgram.createSocket("udp4"));
let next = 0;
const fill = (count, then) => {
  let left = count;
  const sent = (error) => { if (error) throw error; if (--left === 0) then(); };
  for (let i = 0; i < count; i++, next++) clients[next & 127].send("x", 9, "127.128.0." + (next >> 7), sent);
};
const rounds = ${JSON.stringify(more)};
server.on("message", (_, { port, address }) => {
  const round = () => {
    const count = rounds.shift();
    if (count === undefined) process.exit();
    fill(count, () => server.send("answer", port, address, (error) => {
      console.log(count, error?.code ?? "ok");
      round();
    }));
  };
  round();
});
fill(${first}, () => server.bind(0, "127.0.0.1", () => console.log(server.address().port)));
`;
}

/** One that hears a question, lets so many sockets write once and closes them, one after another, and then answers. */
function openAndClose(count: number): string {
  return `
const dgram = require("dgram"), server = dgram.createSocket("udp4");
const once = (left, then) => {
  if (left === 0) return then();
  const [type, host] = left % 2 ? ["udp4", "127.0.0.1"] : ["udp6", "::1"];
  const socket = dgram.createSocket(type);
  socket.send("x", 9, host, (error) => {
    if (error) throw error;
    socket.close(() => once(left - 1, then));
  });
};
server.on("message", (_, { port, address }) => once(${count}, () => server.send("answer", port, address, (error) => {
  console.log(error?.code ?? "ok");
  process.exit();
})));
server.bind(0, "127.0.0.1", () => console.log(server.address().port));
`;
}

/** Does one of these at each line that the command prints; the first line is a port, which all of them get. */
function onLines(...steps: readonly ((port: number) => void)[]): NonNullable<ProcessOptions["onStart"]> {
  return (child) => {
    let text = "";
    let lines = 0;
    child.stdout?.on("data", (more: string) => {
      text += more;
      for (; lines < text.split("\n").length - 1; lines++) steps[lines]?.(Number.parseInt(text, 10));
    });
  };
}

/** Processes with an executable: all but the kernel's own. */
function processCount(): number {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && hasExecutable(name)).length;
}

function hasExecutable(pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) !== "";
  } catch {
    return false; // the kernel's own, or gone
  }
}
