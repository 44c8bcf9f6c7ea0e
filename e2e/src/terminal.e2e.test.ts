import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { describe, test } from "node:test";
import { ringfencePath } from "./harness/paths.js";
import { runProcess } from "./harness/run-process.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";

const fenced = `${ringfencePath} run --report none --`;

/** Counts one signal until a second after the first, and prints how often it came. */
const counting = (signal: string) =>
  `perl -e '$| = 1; $SIG{${signal}} = sub { $n++ }; print "ready\\n"; 1 until $n || !select(undef, undef, undef, 60); select(undef, undef, undef, 0.1) for 1..10; print "count $n\\n"'`;

/** Runs a shell command with a terminal of its own; `talk` gets its output so far and may type. */
async function onTerminal(
  command: string,
  talk?: (child: ChildProcess, seen: () => string) => Promise<void>,
) {
  let seen = "";
  let talked: Promise<void> | undefined;
  const finished = await runProcess("script", ["-qec", command, "/dev/null"], {
    input: null,
    onStart: (child) => {
      child.stdout?.on("data", (text: string) => {
        seen += text;
      });
      talked = talk?.(child, () => seen);
    },
  });
  await talked;
  return finished;
}

describe("ringfence run on a terminal", () => {
  test("has the terminal and the foreground as the command would, and keeps what it sets", {
    timeout,
  }, async () => {
    const inner = `cut -d " " -f 5-8 /proc/self/stat; test -t 0 && test -t 1 && echo both; stty -echo; echo ready; read -r line; echo "got $line"; exit 5`;
    const command = `bash -c 'echo "shell: $(cut -d " " -f 5-8 /proc/$$/stat)"; ${fenced} bash -c "$1"; echo "status $?"; stty -a | grep -o -e "-echo "; true' x '${inner}'`;
    const { stdout } = await onTerminal(command, async (child, seen) => {
      // what is typed earlier the terminal shows among what is printed
      await until(() => seen().includes("ready\r\n"));
      child.stdin?.write("typed\r");
    });
    const lines = stdout.split("\r\n");
    const shell = lines.find((line) => line.startsWith("shell: "))?.slice(7);
    assert.ok(lines.includes(shell ?? "none"), `group, session and terminal differ: ${stdout}`);
    for (const line of ["both", "got typed", "status 5", "-echo "]) assert.ok(lines.includes(line), stdout);
  });

  test("does not let the command type into it", { timeout }, async () => {
    const requests = "0x5412, 0x541c"; // TIOCSTI and TIOCLINUX, which only a virtual console knows
    const typing = `perl -MErrno -e '$byte = "x"; print ioctl(STDIN, $_, $byte) ? "typed\n" : $!{EPERM} ? "refused\n" : "$!\n" for ${requests}'`;
    const { stdout } = await onTerminal(`exec ${fenced} ${typing}`);
    assert.equal(stdout, "refused\r\nrefused\r\n");
  });

  test("gives Ctrl-C to the command once, and Ctrl-\\ too", { timeout }, async () => {
    for (const [signal, key] of [
      ["INT", "\u0003"],
      ["QUIT", "\u001c"],
    ] as const) {
      const { stdout } = await onTerminal(`exec ${fenced} ${counting(signal)}`, async (child, seen) => {
        await until(() => seen().includes("ready"));
        child.stdin?.write(key);
      });
      assert.match(stdout, /count 1\r\n/, signal);
    }
  });

  test("passes on a signal that only the supervisor got, once", { timeout }, async () => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      const args = ["-c", `exec ${fenced} ${counting(signal.slice(3))}`];
      const { stdout, code } = await runProcess("bash", args, {
        onStart: (child) => {
          child.stdout?.once("data", () => child.kill(signal));
        },
      });
      assert.equal(stdout, "ready\ncount 1\n", signal);
      assert.equal(code, 0);
    }
  });
});
