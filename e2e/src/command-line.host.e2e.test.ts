import assert from "node:assert/strict";
import { existsSync, lchownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { cleanRun as run } from "./harness/clean-run.js";
import { readLog } from "./harness/fence.js";
import { ringfencePath } from "./harness/paths.js";
import { runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const refused = "exec 3<>/dev/tcp/127.0.0.1/1001";

describe("ringfence run report", () => {
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

  test("that cannot be written makes the status of a success 125", { timeout }, async () => {
    const full = await run(["--report-file", "/dev/full", "--", "echo", "ran"]);
    assert.deepEqual([full.code, full.stdout], [125, "ran\n"]);
    assert.match(full.stderr, /^ringfence: Cannot write report file "\/dev\/full": no space left.*\n$/);
    const denies = ["--fail-on-deny", "--default", "deny", "--report-file", "/dev/full"];
    const denied = await run([...denies, "--", "bash", "-c", `(${refused}) 2>/dev/null; true`]);
    assert.equal(denied.code, 3);
  });

  test("that is a link somebody else could have made is refused, and the log too", { timeout }, async () => {
    const folder = temporaryFolder();
    const target = join(folder, "target");
    writeFileSync(target, "kept");
    const link = join(folder, "link");
    symlinkSync(target, link);
    lchownSync(link, 65_534, 65_534);
    for (const option of ["--report-file", "--log"]) {
      const { code, stdout, stderr } = await run([option, link, "--", "echo", "ran"]);
      assert.deepEqual([code, stdout], [125, ""]);
      assert.match(
        stderr,
        /^ringfence: Cannot open .*"link" is a symbolic link that others.*name a place.*\n$/,
      );
    }
    assert.equal(readFileSync(target, "utf8"), "kept");
  });

  test("tells of a log that could not be written, or stderr does", { timeout }, async () => {
    const connects = ["--", "bash", "-c", `(${refused}) 2>/dev/null; true`];
    const path = join(temporaryFolder(), "report");
    const reports = ["--report", "json", "--report-file", path];
    const told = await run([...reports, "--log", "/dev/full", "--default", "deny", ...connects]);
    assert.deepEqual([told.code, told.stderr], [0, ""]);
    assert.equal(JSON.parse(readFileSync(path, "utf8")).losses.logLines, 1);
    const silent = await run(["--report", "none", "--log", "/dev/full", "--default", "deny", ...connects]);
    assert.equal(silent.code, 0);
    assert.match(silent.stderr, /^ringfence: warning: 1 lines of the log could not be written\n$/);
  });

  test("that cannot be written is told in one line and keeps the status of a failure", {
    timeout,
  }, async () => {
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
