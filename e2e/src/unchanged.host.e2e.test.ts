import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ringfencePath } from "./harness/paths.js";
import { type ProcessOptions, runProcess } from "./harness/run-process.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const fenced = [ringfencePath, "run", "--report", "none", "--"];

/** Runs the command without and with a fence, started by the same words, and returns both outputs. */
async function both(
  command: readonly string[],
  options: ProcessOptions & { readonly words?: readonly string[] } = {},
) {
  const words = options.words ?? [];
  const start = async (all: readonly string[]) => {
    const { code, stdout, stderr } = await runProcess(all[0] ?? "", all.slice(1), {
      ...options,
      encoding: "latin1",
    });
    return { code, stdout, stderr };
  };
  return [await start([...words, ...command]), await start([...words, ...fenced, ...command])] as const;
}

/** The lines of /proc/PID/status that a command inherits. */
function inheritedLines(text: string): string {
  const keys = /^(Umask|Uid|Gid|Groups|SigQ|SigBlk|SigIgn|SigCgt|NoNewPrivs|Cpus_allowed|TracerPid):/;
  return text
    .split("\n")
    .filter((line) => keys.test(line) && !line.startsWith("SigQ"))
    .join("\n");
}

/** Starts a command with signals ignored and blocked, limits, umask and variables that are not the usual ones. */
const unusual = [
  "env",
  "--ignore-signal=HUP,PIPE,RTMIN+3",
  "--block-signal=USR1,WINCH,RTMAX",
  "NODE_OPTIONS=--no-warnings",
  "NODE_EXTRA=x",
  "EMPTY=",
  "RINGFENCE_OTHER=kept",
  "RINGFENCE_KEEP_X=kept",
  "RINGFENCE_KEEP_RINGFENCE_KEEP_Y=kept",
  "sh",
  "-c",
  'umask 027; ulimit -Sn 333; ulimit -Hn 3333; ulimit -c 0; exec env A.B=1 "BASH_FUNC_x%%=() { :; }" "BYTES=$(printf "\\377\\376")" "$@"',
  "sh",
];

/** Makes the standard streams non-blocking: Node makes those of its children blocking. */
const nonBlocking = [
  "perl",
  "-MFcntl",
  "-e",
  "for my $f (*STDIN, *STDOUT, *STDERR) { fcntl($f, F_SETFL, fcntl($f, F_GETFL, 0) | O_NONBLOCK) or die $! } exec @ARGV",
];

/** Signals 32 and 33 are the C library's own: whatever started the tests may ignore them. */
function ignoredSignals(status: string): bigint {
  const digits = /^SigIgn:\t([0-9a-f]+)$/m.exec(status)?.[1];
  assert.ok(digits !== undefined, status);
  return BigInt(`0x${digits}`) & ~(3n << 31n);
}

describe("ringfence run leaves as it was", () => {
  test("signals, umask, limits, environment, group and session", { timeout }, async () => {
    const files = ["status", "limits", "environ"].map((name) => `/proc/self/${name}`);
    const [alone, inside] = await both(["cat", ...files, "/proc/self/stat"], { words: unusual });
    const parts = ({ stdout }: { readonly stdout: string }) => {
      const limits = stdout.slice(stdout.indexOf("Limit  "), stdout.indexOf("Max realtime timeout"));
      const environment = stdout.slice(stdout.lastIndexOf("us        \n") + 11, stdout.lastIndexOf("\0"));
      const stat = stdout.slice(stdout.lastIndexOf(") ") + 2).split(" ");
      return {
        status: inheritedLines(stdout),
        limits,
        environment: environment.split("\0"),
        group: stat.slice(2, 6),
      };
    };
    assert.deepEqual(parts(inside), parts(alone));
    assert.equal(ignoredSignals(parts(alone).status), 0x1000001001n);
    assert.ok(
      parts(alone).environment.includes("BYTES=\xff\xfe") && parts(alone).environment.includes("A.B=1"),
    );
    assert.ok(parts(alone).environment.includes("NODE_OPTIONS=--no-warnings"));
    assert.match(parts(alone).limits, /^Max open files +333 +3333 /m);
  });

  test("a limit of open files that is too low for ringfence itself", { timeout }, async () => {
    const words = ["sh", "-c", 'ulimit -Sn 20; exec "$@"', "sh"];
    const [alone, inside] = await both(["sh", "-c", "ulimit -Sn; ulimit -Hn"], { words });
    assert.deepEqual(inside, alone);
    assert.match(alone.stdout, /^20\n/);
  });

  test("signals and limits, whatever the caller's own RINGFENCE_LAUNCH says", { timeout }, async () => {
    const words = ["env", "RINGFENCE_LAUNCH=nofile=7 SigIgn=1 fd0=closed"];
    const script = "grep SigIgn /proc/self/status; ulimit -Sn; cat";
    const [alone, inside] = await both(["sh", "-c", script], { words, input: "typed" });
    assert.deepEqual(inside, alone);
  });

  test("the environment, under the /proc of another PID namespace", { timeout }, async () => {
    const words = ["unshare", "--pid", "--fork", "env", "HERE=yes"];
    const [alone, inside] = await both(["env"], { words });
    assert.deepEqual(inside, alone);
    assert.match(alone.stdout, /^HERE=yes$/m);
  });

  test("the usual signals, with SIGPIPE not ignored", { timeout }, async () => {
    const [alone, inside] = await both(["cat", "/proc/self/status"]);
    assert.equal(inheritedLines(inside.stdout), inheritedLines(alone.stdout));
    assert.equal(ignoredSignals(inside.stdout), 0n);
    const [, pipe] = await both(["bash", "-o", "pipefail", "-c", "yes | head -n 1"]);
    assert.deepEqual([pipe.code, pipe.stdout], [141, "y\n"]);
  });

  test("arguments byte for byte, working directory and input", { timeout }, async () => {
    const cwd = join(temporaryFolder(), "a folder");
    mkdirSync(cwd);
    writeFileSync(join(cwd, "here"), "it is here\n");
    const words = ["sh", "-c", `exec "$@" "$(printf 'x\\377y')" "" "a  b" '*' "$(printf '\\n')."`, "sh"];
    const [alone, inside] = await both(["cat", "here", "-", "/proc/self/cmdline"], {
      words,
      cwd,
      input: "typed\n",
    });
    assert.deepEqual(inside, alone);
    assert.ok(alone.stdout.startsWith("it is here\ntyped\ncat\0here\0-\0"), alone.stdout);
    assert.ok(alone.stdout.includes("\0x\xffy\0\0a  b\0*\0"), alone.stdout);
  });

  for (const flag of [0, constants.O_NONBLOCK]) {
    test(`O_NONBLOCK of the standard streams when it is ${flag === 0 ? "off" : "on"}`, {
      timeout,
    }, async () => {
      const folder = temporaryFolder();
      const streams = [0, 1, 2].map((name) => {
        execFileSync("mkfifo", [join(folder, `${name}`)]);
        return openSync(join(folder, `${name}`), constants.O_RDWR | flag);
      });
      const output = join(folder, "flags");
      const command = ["sh", "-c", `seen=$(grep -h flags /proc/$$/fdinfo/[012]); echo "$seen" >${output}`];
      try {
        const run = [...(flag === 0 ? [] : nonBlocking), ...fenced, ...command];
        const { code } = await runProcess(run[0] ?? "", run.slice(1), { stdio: streams });
        assert.equal(code, 0);
        const flags = readFileSync(output, "utf8").match(/\d{6,}/g) ?? [];
        assert.deepEqual(
          flags.map((text) => Number.parseInt(text, 8) & constants.O_NONBLOCK),
          [flag, flag, flag],
        );
        for (const fd of streams) {
          const text = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "";
          assert.equal(Number.parseInt(text, 8) & constants.O_NONBLOCK, flag, "changed for the caller");
        }
      } finally {
        for (const fd of streams) closeSync(fd);
      }
    });
  }

  test("a closed input, and closes what is open above 2", { timeout }, async () => {
    const words = ["sh", "-c", 'exec 0<&- 7</etc/passwd 9</etc/passwd; exec "$@"', "sh"];
    const [alone, inside] = await both(
      ["sh", "-c", "for n in 0 1 2 7 9; do [ -e /proc/$$/fd/$n ] && echo $n; done; true"],
      { words },
    );
    assert.equal(alone.stdout, "1\n2\n7\n9\n");
    assert.equal(inside.stdout, "1\n2\n");
  });
});
