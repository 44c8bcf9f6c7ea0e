import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { TestAgent } from "./harness/agent.js";
import { Operator, userProfile } from "./harness/operator.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";

const ADDRESS = "127.0.0.9";

/** An agent under a policy that refuses the address, once its state folder has no room left. */
async function onFullDisk(look: (agent: TestAgent, operator: Operator) => Promise<void>): Promise<void> {
  await using agent = new TestAgent("full-disk", { "tested.yaml": userProfile("tested", ["192.0.2.1"]) });
  const state = join(agent.folder, "state");
  mkdirSync(state);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "none", state]);
  try {
    await agent.start();
    const operator = new Operator(agent);
    assert.equal(operator.reaches(ADDRESS), false);
    spawnSync("dd", ["if=/dev/zero", `of=${state}/fill`, "bs=4k"]);
    await look(agent, operator);
  } finally {
    await agent.end("SIGKILL");
    execFileSync("umount", [state]);
  }
}

describe("an agent whose state folder is full", () => {
  test("says of an edited file what is in force", { timeout }, () =>
    onFullDisk(async (agent, operator) => {
      agent.writeProfile("tested.yaml", userProfile("tested", [ADDRESS]));
      assert.ok(await until(() => operator.reaches(ADDRESS), 20_000));
      assert.ok(await until(() => agent.printed.includes('changed: profile "tested" changed'), 20_000));
      assert.doesNotMatch(agent.printed, /refused:/);
      assert.match(operator.status().warnings.join(), /names of rules are kept for no later agent: ENOSPC/);
      assert.deepEqual(operator.status().errors, []);
    }),
  );

  test("opens everything without its end", { timeout }, () =>
    onFullDisk(async (agent, operator) => {
      assert.equal(operator.run("panic").status, 0);
      assert.equal(operator.reaches(ADDRESS), true);
      assert.equal(operator.status().agent?.pid, agent.pid);
    }),
  );

  test("is started again", { timeout }, () =>
    onFullDisk(async (agent, operator) => {
      await agent.end("SIGKILL");
      await agent.start();
      assert.equal(operator.reaches(ADDRESS), false);
      agent.writeProfile("tested.yaml", userProfile("tested", [ADDRESS]));
      assert.ok(await until(() => operator.reaches(ADDRESS), 20_000));
    }),
  );
});
