import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { linkIds } from "./harness/bpf-links.js";
import { readLog } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { judge } from "./harness/judge.js";
import { assertNothingLeft } from "./harness/leftovers.js";
import { ringfencePath } from "./harness/paths.js";
import { type ProcessOptions, runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";

const timeout = 120_000;
const refused = "exec 3<>/dev/tcp/127.0.0.1/1001";

async function run(args: readonly string[], options: ProcessOptions = {}) {
  const before = linkIds();
  const finished = await runProcess(ringfencePath, ["run", ...args], options);
  await assertNothingLeft(finished.pid, before);
  return finished;
}

describe("ringfence run options", () => {
  const rest = "denied run/egress.default";

  test("--allow takes every form of a destination", { timeout }, async () => {
    const forms = [
      "10.0.0.0/8",
      "192.0.2.1:8080",
      "[2001:db8::1]:443",
      "2001:db8:1::/48",
      "udp/192.0.2.2:53",
    ];
    forms.push(
      "localhost:1001",
      "private:1002",
      "any:1003",
      ":1004-1005",
      "192.0.2.3:https",
      "192.0.2.4:7/tcp",
    );
    const { report } = await judge(
      {
        "tcp 10.9.9.9 1": "allowed run/--allow",
        "tcp 11.9.9.9 1": rest,
        "tcp 192.0.2.1 8080": "allowed run/--allow",
        "tcp 192.0.2.1 8081": rest,
        "tcp 2001:db8::1 443": "allowed run/--allow",
        "tcp 2001:db8::1 444": rest,
        "udp 2001:db8:1::7 9": "allowed run/--allow",
        "udp 192.0.2.2 53": "allowed run/--allow",
        "tcp 192.0.2.2 53": rest,
        "tcp 127.0.0.1 1001": "allowed run/--allow",
        "tcp ::1 1001": "allowed run/--allow",
        "tcp 192.168.3.4 1002": "allowed run/--allow",
        "tcp 192.0.2.9 1003": "allowed run/--allow",
        "tcp 192.0.2.9 1005": "allowed run/--allow",
        "tcp 192.0.2.9 1006": rest,
        "tcp 192.0.2.3 443": "allowed run/--allow",
        "tcp 192.0.2.4 7": "allowed run/--allow",
        "udp 192.0.2.4 7": rest,
      },
      { options: forms.flatMap((form) => ["--allow", form]), via: isolated },
    );
    const named = new Set(report.flows.flatMap((flow) => flow.rule ?? []));
    assert.deepEqual(
      [...named].sort(),
      [...forms.map((form) => `run/--allow ${form}`), "run/egress.default"].sort(),
    );
  });

  test("--deny wins over --allow, and the default is allow without an --allow", { timeout }, async () => {
    await judge(
      {
        "tcp 127.0.0.1 1001": "denied run/--deny",
        "udp 127.0.0.1 1001": "allowed run/egress.default",
        "tcp 127.0.0.1 1002": "allowed run/egress.default",
      },
      { options: ["--deny", "tcp/127.0.0.0/8:1001"], via: isolated },
    );
    await judge(
      {
        "tcp 127.0.0.1 1001": "denied run/--deny",
        "tcp 127.0.0.1 1002": "allowed run/--allow",
        "tcp 192.0.2.1 1002": "allowed run/egress.default",
      },
      { options: ["--allow", "localhost", "--deny=:1001", "--default", "allow"], via: isolated },
    );
  });

  test("--mode audit lets all through and says what would be denied", { timeout }, async () => {
    const { report } = await judge(
      { "tcp 127.0.0.1 1001": "would-deny run/egress.default", "tcp 127.0.0.1 1002": "allowed -" },
      { options: ["--allow", ":1002", "--mode", "audit", "--fail-on-deny"], via: isolated },
    );
    assert.equal(report.totals.wouldDeny, 1);
  });

  test("--user drops to the user and its groups before the command", { timeout }, async () => {
    const command = `id -u; id -g; id -G; grep -E "^Cap(Eff|Prm|Bnd)" /proc/self/status; ${refused}`;
    const { stdout, stderr, code } = await run([
      "--user",
      "nobody",
      "--default",
      "deny",
      "--report",
      "json",
      "--",
      "bash",
      "-c",
      command,
    ]);
    assert.equal(code, 1);
    const [uid, gid, groups, permitted, effective] = stdout.split("\n");
    assert.deepEqual([uid, gid, groups], ["65534", "65534", "65534"]);
    assert.match(permitted ?? "", /^CapPrm:\s0+$/);
    assert.match(effective ?? "", /^CapEff:\s0+$/);
    const report = JSON.parse(stderr.slice(stderr.indexOf("{"))) as {
      flows: { processes: { uid: number }[] }[];
    };
    assert.equal(report.flows[0]?.processes[0]?.uid, 65534);
  });

  test("--report text names verdict, rule, process and losses, without colour in a pipe", {
    timeout,
  }, async () => {
    const { stdout, stderr } = await run(["--allow", "127.0.0.1:9", "--", "bash", "-c", refused]);
    assert.equal(stdout, "");
    assert.match(stderr, /^ringfence: 1 denied, 0 allowed \(enforce, policy [0-9a-f]+\): bash/m);
    assert.match(stderr, /denied.*127\.0\.0\.1/);
    assert.match(stderr, /run\/egress\.default/);
    assert.match(stderr, /pid \d+ ppid \d+ uid 0 bash: bash -c exec 3<>/);
    assert.match(stderr, /losses: 0/);
    assert.ok(!stderr.includes("\u001b"), "an escape sequence in a pipe");
  });

  test("--report none is silent, --report-file and --log keep out of the command's streams", {
    timeout,
  }, async () => {
    const folder = temporaryFolder();
    const report = join(folder, "report.txt");
    const log = join(folder, "log");
    writeFileSync(log, "earlier\n");
    const command = ["--", "bash", "-c", `echo out; echo err >&2; (${refused}) 2>/dev/null`];
    const silent = await run(["--report", "none", "--default", "deny", ...command]);
    assert.deepEqual([silent.stdout, silent.stderr, silent.code], ["out\n", "err\n", 1]);
    const options = ["--report-file", report, "--log", log, "--default", "deny"];
    const filed = await run([...options, ...command]);
    assert.deepEqual([filed.stdout, filed.stderr], ["out\n", "err\n"]);
    assert.match(readFileSync(report, "utf8"), /1 denied/);
    const [first, ...lines] = readFileSync(log, "utf8").split("\n");
    assert.equal(first, "earlier");
    writeFileSync(log, lines.join("\n"));
    assert.equal(readLog(log).length, 1);
  });
});

describe("ringfence run report file", () => {
  const exits4 = ["--", "sh", "-c", "echo ran; exit 4"];

  test("that cannot be written is told in one line and keeps the status", { timeout }, async () => {
    const full = await run(["--report-file", "/dev/full", ...exits4]);
    assert.deepEqual([full.code, full.stdout], [4, "ran\n"]);
    assert.match(full.stderr, /^ringfence: Cannot write report file "\/dev\/full": no space left.*\n$/);
    const words = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh"];
    const deaf = await run(exits4, { via: words });
    assert.deepEqual([deaf.code, deaf.stdout], [4, "ran\n"]);
    const wrong = await run(["--bogus"], { via: words });
    assert.equal(wrong.code, 125);
  });

  test("that is a FIFO without a reader is refused at once", { timeout }, async () => {
    const fifo = join(temporaryFolder(), "fifo");
    assert.equal((await runProcess("mkfifo", [fifo])).code, 0);
    const { code, stdout, stderr } = await run(["--report-file", fifo, ...exits4]);
    assert.deepEqual([code, stdout], [125, ""]);
    assert.match(stderr, /^ringfence: Cannot open report file ".*fifo".*start its reader first\n$/);
  });

  test("that is a descriptor follows what the command wrote there", { timeout }, async () => {
    const out = await run(["--report-file", "/dev/stdout", ...exits4]);
    assert.equal(out.code, 4);
    assert.match(out.stdout, /^ran\nringfence: 0 denied/);
    const words = ["bash", "-c", 'exec "$@" 7>&1', "bash"];
    const seven = await run(["--report-file", "/dev/fd/7", ...exits4], { via: words });
    assert.match(seven.stdout, /^ran\nringfence: 0 denied/);
    const nodes = await run(["--report-file", "/dev/fd/7", ...exits4]);
    assert.deepEqual([nodes.code, nodes.stdout], [125, ""]);
    assert.match(nodes.stderr, /^ringfence: Cannot open report file "\/dev\/fd\/7": no such descriptor.*\n$/);
  });

  test("is replaced at the end, whatever the command wrote into it", { timeout }, async () => {
    const path = join(temporaryFolder(), "report");
    writeFileSync(path, "old\n");
    const { stdout } = await run([
      "--report-file",
      path,
      "--",
      "sh",
      "-c",
      `cat ${path}; echo mine >${path}`,
    ]);
    assert.equal(stdout, "old\n");
    assert.match(readFileSync(path, "utf8"), /^ringfence: 0 denied/);
    assert.ok(!readFileSync(path, "utf8").includes("mine\n"));
  });
});

describe("ringfence run exit status", () => {
  test("is the command's own, 3 for --fail-on-deny after a success", { timeout }, async () => {
    const exits = async (options: string[], script: string) =>
      (await run(["--report", "none", ...options, "--", "bash", "-c", script])).code;
    assert.equal(await exits([], "exit 7"), 7);
    assert.equal(await exits(["--fail-on-deny", "--default", "deny"], `(${refused}) 2>/dev/null; true`), 3);
    assert.equal(await exits(["--fail-on-deny", "--default", "deny"], `(${refused}) 2>/dev/null; exit 9`), 9);
    assert.equal(await exits(["--fail-on-deny", "--default", "deny"], "true"), 0);
  });

  test("shows the signal that ended the command", { timeout }, async () => {
    const killed = await run(["--report", "none", "--", "sh", "-c", "kill -TERM $$"]);
    assert.equal(killed.signal, "SIGTERM");
    const shell = await runProcess("bash", [
      "-c",
      `"$@"; echo "status $?"`,
      "bash",
      ringfencePath,
      "run",
      "--report",
      "none",
      "--",
      "sh",
      "-c",
      "kill -KILL $$",
    ]);
    assert.match(shell.stdout, /status 137/);
  });

  test("is the command's own also when its path is not UTF-8", { timeout }, async () => {
    const link = join(temporaryFolder(), "x");
    symlinkSync("/bin/true", Buffer.concat([Buffer.from(link), Buffer.from([0xff])]));
    const via = ["bash", "-c", `exec "$@" $'${link}\\xff'`, "bash"];
    const odd = await run(["--report", "none", "--"], { via });
    assert.deepEqual([odd.code, odd.stderr], [0, ""]);
  });

  test("is 127 and 126 for a command that does not exist or cannot be executed", { timeout }, async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "plain"), "x", { mode: 0o644 });
    const missing = await run(["--", "no-such-command-here"]);
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /^ringfence: Cannot run "no-such-command-here": not found.*\n$/);
    const plain = await run(["--", join(folder, "plain")]);
    assert.equal(plain.code, 126);
    assert.match(plain.stderr, /^ringfence: Cannot run "[^"]*plain": permission denied.*\n$/);
  });
});

describe("ringfence run refusals", () => {
  const folder = temporaryFolder();
  const policy = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const head = "apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\n";
  const wrong = policy(
    "wrong.yaml",
    `${head}spec:\n  mode: enforce\n  egress:\n    default: deny\n    rules:\n      - allow: { to: [10.0.0.1/8], port: [99999] }\n`,
  );
  const empty = policy(
    "empty.yaml",
    `${head}spec: { mode: enforce, egress: { default: deny, rules: [{ allow: { to: [] } }] } }\n`,
  );

  const cases: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
    "an unknown option": [["--alow", "x"], /--alow/],
    "a value that is no choice": [["--mode", "strict"], /strict/],
    "a bad DEST": [["--allow", "10.0.0.1/8"], /10\.0\.0\.1\/8.*10\.0\.0\.0\/8/],
    "a name as DEST": [["--allow", "example.com"], /example\.com/],
    "a missing policy file": [["--policy", join(folder, "none.yaml")], /none\.yaml/],
    "a policy with errors": [["--policy", wrong], /wrong\.yaml:9:\d+: /],
    "an empty list": [["--policy", empty], /empty\.yaml:4:\d+: /],
    "an unknown user": [["--user", "no-such-user"], /no-such-user/],
    "a report file that cannot be written": [["--report-file", join(folder, "none/report")], /none\/report/],
    "a log file that cannot be written": [["--log", join(folder, "none/log")], /none\/log/],
  };
  for (const [name, [options, message]] of Object.entries(cases)) {
    test(`exit with 125 and one line each for ${name}, and run nothing`, { timeout }, async () => {
      const mark = join(folder, `ran-${name.replaceAll(" ", "-")}`);
      const { code, stdout, stderr } = await run([...options, "--", "touch", mark]);
      assert.equal(code, 125, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      for (const line of stderr.trimEnd().split("\n")) assert.match(line, /^ringfence: [A-Z"/].*[^.]$/);
      assert.equal(existsSync(mark), false, "the command ran");
    });
  }

  test("exit with 125 without a command, as another user and without Node", { timeout }, async () => {
    const none = await run(["--allow", "localhost"]);
    assert.equal(none.code, 125);
    assert.match(none.stderr, /^ringfence: No command is given.*\n$/);
    const value = await run(["--allow"]);
    assert.equal(value.code, 125);
    assert.match(value.stderr, /^ringfence: .*--allow.*\n$/);
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const user = await run(["--", "true"], { via: nobody });
    assert.equal(user.code, 125);
    assert.match(user.stderr, /^ringfence: Cannot fence a command without root.*\n$/);
    const bin = join(folder, "bin");
    mkdirSync(bin);
    symlinkSync("/bin/bash", join(bin, "bash"));
    const lost = await run(["--", "true"], { env: { PATH: bin } });
    assert.equal(lost.code, 125);
    assert.match(lost.stderr, /^ringfence: Cannot find "node" in PATH.*\n$/);
  });

  test("exit with 125 in one line where Node cannot work", { timeout }, async () => {
    const few = await run(["--", "true"], { via: ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"] });
    assert.equal(few.code, 125);
    assert.match(few.stderr, /^ringfence: Cannot work with 64 open files.* 128 .*\n$/);
    const blind = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"];
    const noProc = await run(["--", "true"], { via: blind });
    assert.equal(noProc.code, 125);
    assert.match(noProc.stderr, /^ringfence: Cannot read \/proc\/self: .*\n$/);
  });

  test("exit with 125 in one line inside a fence", { timeout }, async () => {
    const nested = await run(["--report", "none", "--", ringfencePath, "run", "--", "echo", "ran"]);
    assert.equal(nested.code, 125);
    assert.equal(nested.stdout, "");
    assert.match(nested.stderr, /^ringfence: Cannot start a fence inside a fence.*\n$/);
  });
});
