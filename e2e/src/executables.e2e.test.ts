import assert from "node:assert/strict";
import { copyFileSync, linkSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fence } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { isolation } from "./harness/isolation.js";
import { program } from "./harness/paths.js";
import { readResults } from "./harness/probe.js";
import { profile, rules } from "./harness/profile.js";
import { shellTries } from "./harness/shell-tries.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

const bash = realpathSync("/bin/bash");

/** Copies of bash: "allowed" and "gone" may connect, "other" may not. */
function programs(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "sub"));
  for (const name of ["allowed", "other", "gone", "parent"]) copyFileSync(bash, join(folder, name));
  symlinkSync(join(folder, "allowed"), join(folder, "link"));
  symlinkSync(join(folder, "other"), join(folder, "sub/allowed"));
  linkSync(join(folder, "allowed"), join(folder, "hard"));
  const script = `#!${folder}/allowed\nexec 3<>/dev/tcp/127.0.0.1/1001\n`;
  writeFileSync(join(folder, "script"), script, { mode: 0o755 });
  return folder;
}

describe("ringfence run executables", () => {
  test("judge the file that runs, by its real path", { timeout }, async () => {
    const folder = programs();
    const policy = profile("p", {
      default: "deny",
      rules: rules({
        program: { allow: { process: { exe: [`${folder}/allowed`, `${folder}/gone`] }, ports: [1001] } },
        child: { allow: { process: { ancestor: `${folder}/parent` }, ports: [1002] } },
      }),
    });
    const again = `'exec /proc/self/exe "$@"'`;
    const script = `${shellTries(1001)}
cd ${folder}
try direct ./allowed
try other ./other
try "by symbolic link" ./link
try "symbolic link of that name" ./sub/allowed
try "hard link" ./hard
try "by /proc/self/exe" ./allowed -c ${again} x
try "name in argv" bash -c 'exec -a "$0" ./other "$@"' ${folder}/allowed
try "script" ./script
try "memory file" ${process.execPath} ${program("probe/run-from-memory.js")} ./allowed ${folder}/allowed
try "before it is deleted" ./gone
try "deleted" ./gone -c 'rm gone; exec /proc/self/exe "$@"' x
try "bind mount in a user namespace" unshare --user --map-root-user --mount sh -c 'mount --bind other allowed && exec ./allowed "$@"' x
try "own mount namespace" unshare --user --map-root-user --mount --propagation unchanged ./allowed
connect='exec 3<>/dev/tcp/127.0.0.1/1002'
try "ancestor itself" ./parent
try "child of ancestor" ./parent -c './other "$@"; exit $?' x
try "grandchild of ancestor" ./parent -c 'sh -c "./other -c \\"\\$1\\"; exit" x "$2"; exit' x
`;
    // where Landlock cannot be about signals alone, a fence forbids every mount unless it is a privileged one
    const options = isolation === "files" ? ["--privileged"] : [];
    const run = await fence(["bash", "-c", script], { policies: [policy], options, via: isolated });
    const passed = "ECONNREFUSED";
    const refused = "EPERM";
    assert.deepEqual(
      readResults(run.stdout).results,
      {
        direct: passed,
        other: refused,
        "by symbolic link": passed,
        "symbolic link of that name": refused,
        "hard link": refused,
        "by /proc/self/exe": passed,
        "name in argv": refused,
        script: passed,
        "memory file": refused,
        "before it is deleted": passed,
        deleted: refused,
        "bind mount in a user namespace": refused,
        "own mount namespace": refused,
        "ancestor itself": refused,
        "child of ancestor": passed,
        "grandchild of ancestor": passed,
      },
      run.stderr,
    );
    const flagsOf = (exe: RegExp) =>
      run.report.flows
        .filter((flow) => exe.test(flow.exe))
        .map((flow) => `${flow.outcome} ${flow.exeFlags.join()}`);
    assert.deepEqual(flagsOf(/\/hard$/), ["denied trusted"]);
    assert.deepEqual(flagsOf(/\/script$/), [], "the interpreter is what runs");
    assert.ok(flagsOf(/\/allowed$/).includes("denied "), "a mount of a user namespace is not trusted");
    assert.ok(
      run.report.flows.some((flow) => flow.exeFlags.includes("no-path")),
      "no memory file in the report",
    );
    assert.ok(
      run.report.flows.some((flow) => flow.exeFlags.includes("deleted")),
      "no deleted file in the report",
    );
  });
});
