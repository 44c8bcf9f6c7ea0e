import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestAgent } from "./harness/agent.js";
import { Operator, userProfile } from "./harness/operator.js";
import { timeout } from "./harness/timeout.js";

describe("an operator who has no use for the fence", () => {
  test("opens everything and closes it again, with an agent and without", { timeout }, async () => {
    await using agent = new TestAgent("panic", { "web.yaml": userProfile("web", []) });
    const operator = new Operator(agent);
    await agent.start();
    assert.equal(operator.reaches("127.0.0.7"), false);
    assert.equal(operator.run("panic").status, 0);
    assert.equal(operator.reaches("127.0.0.7"), true);
    assert.deepEqual([operator.status().status, operator.status().panic?.by], [1, "root"]);
    assert.equal(operator.run("panic", "--end").status, 0);
    assert.equal(operator.reaches("127.0.0.7"), false);
    await agent.end("SIGKILL");
    assert.equal(operator.reaches("127.0.0.7"), false);
    assert.equal(operator.run("panic").status, 0);
    assert.equal(operator.reaches("127.0.0.7"), true);
    await agent.start();
    assert.equal(operator.reaches("127.0.0.7"), true);
    assert.equal(operator.run("panic", "--end").status, 0);
    assert.equal(operator.reaches("127.0.0.7"), false);
  });

  test("takes it off the host, with an agent, without, and with one that hangs", { timeout }, async () => {
    await using agent = new TestAgent("off", { "web.yaml": userProfile("web", []) });
    const operator = new Operator(agent);
    for (const how of ["alive", "killed", "hanging"]) {
      await agent.start();
      const { pid } = agent;
      assert.equal(operator.reaches("127.0.0.7"), false, how);
      if (how === "killed") await agent.end("SIGKILL");
      if (how === "hanging") process.kill(pid, "SIGSTOP");
      const { status, stderr } = operator.run("off");
      assert.equal(status, 0, stderr);
      assert.equal(operator.reaches("127.0.0.7"), true, how);
      await agent.end("SIGKILL");
      assert.deepEqual(operator.status().hooks.attached, [], how);
    }
  });
});
