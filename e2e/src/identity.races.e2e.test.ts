import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type FencedRun, fence } from "./harness/fence.js";
import { isolated } from "./harness/isolated.js";
import { compileNative } from "./harness/native.js";
import { profile, rules } from "./harness/profile.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

/** Runs a command that may send nothing except what the process key allows. */
function closedExcept(process: object, command: readonly string[]): Promise<FencedRun> {
  const policy = profile("p", { default: "deny", rules: rules({ allow: { allow: { process } } }) });
  return fence(command, { policies: [policy], via: isolated });
}

describe("ringfence run identity while it changes", () => {
  test("gives no call of the old program the rights of the new one, nor the other way", {
    timeout,
  }, async () => {
    const folder = temporaryFolder();
    const weak = compileNative("exec-race", folder);
    const strong = join(folder, "strong");
    copyFileSync(weak, strong);
    const most = 3000;
    const run = await closedExcept({ exe: strong }, [weak, weak, strong, `${most}`, "5"]);
    const [left = "", received = "", ...wrong] = run.stdout.trimEnd().split("\n");
    assert.deepEqual(wrong, [], run.stdout.slice(0, 2000));
    assert.match(left, /^left \d+$/, run.stdout);
    assert.ok(most - Number(left.slice("left ".length)) >= 20, `too few to show anything: ${left}`);
    assert.match(received, /^received [1-9]/);
    assert.ok(run.report.totals.denied > 0);
  });

  for (const [key, name, other] of [
    ["uid", "0", "33"],
    ["uid", "33", "0"],
    ["gid", "33", "0"],
    ["comm", "good", "bad"],
  ] as const) {
    test(`judges each thread by its own ${key} on a shared socket: ${name} and ${other}`, {
      timeout,
    }, async () => {
      const race = compileNative("call-race", temporaryFolder());
      const run = await closedExcept({ [key]: name }, [race, key, name, other, "1"]);
      assert.match(run.stdout, /^tried [1-9]\d+\n$/);
    });
  }

  test("judges by the user at connect(), whoever the process was at socket()", { timeout }, async () => {
    const subject = compileNative("subject", temporaryFolder());
    const script =
      '"$0" early uid 33 connect 1001; "$0" uid 33 early uid 0 connect 1002; "$0" early connect 1003';
    const run = await closedExcept({ uid: 33 }, ["bash", "-c", script, subject]);
    assert.equal(run.stdout, "1001 ECONNREFUSED\n1002 EPERM\n1003 EPERM\n");
    assert.deepEqual(run.log.map(({ port, uid, outcome }) => `${port} ${uid} ${outcome}`).sort(), [
      "1001 33 allowed",
      "1002 0 denied",
      "1003 0 denied",
    ]);
  });
});
