import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { alteredObject, withObject } from "./harness/altered-object.js";
import { TestCgroup } from "./harness/cgroups.js";
import { fence } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { compileNative } from "./harness/native.js";
import { profile, rules } from "./harness/profile.js";
import { temporaryFolder } from "./harness/temporary-folder.js";

const timeout = 240_000;
const FLOW_ROWS = 16_384;
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

  test("of executables, of events or of peers changes no verdict", { timeout }, async () => {
    const folder = temporaryFolder();
    const object = alteredObject(folder, [
      { file: "include/maps.h", from: "max_entries, 2 * 1024 * 1024", to: "max_entries, 4096" },
      {
        file: "include/maps.h",
        from: "16384);\n\t__type(key, struct rf_exe_key)",
        to: "4);\n\t__type(key, struct rf_exe_key)",
      },
    ]);
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
