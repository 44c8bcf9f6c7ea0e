import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { configIn, shellWord, withConfig } from "./with-config.js";

test("withConfig has each command name the configuration, and nothing else", () => {
  const text =
    "Confirm it with ringfence policy confirm, or see ringfence status; ringfence doctor knows none";
  assert.equal(
    withConfig(text, "/etc/r.yaml"),
    "Confirm it with ringfence policy confirm --config /etc/r.yaml, or see ringfence status --config /etc/r.yaml; ringfence doctor knows none",
  );
  assert.equal(withConfig(text, undefined), text);
  assert.equal(withConfig("ringfence top", "a $& b"), "ringfence top --config 'a $& b'");
});

test("configIn finds what the command line names, but not in what a run starts", () => {
  assert.equal(configIn(["policy", "apply", "x.yaml", "--config", "/c"]), "/c");
  assert.equal(configIn(["--config=/c", "status"]), undefined);
  assert.equal(configIn(["status", "--config=/c"]), "/c");
  assert.equal(configIn(["status"]), undefined);
  assert.equal(configIn(["run", "--", "daemon", "--config", "/d"]), undefined);
});

test("shellWord is one word of a shell", () => {
  for (const text of ["/a/b-c.yaml", "with space", "it's", "$HOME `x`", '"', "\n", ""]) {
    assert.equal(execFileSync("sh", ["-c", `printf %s ${shellWord(text)}`], { encoding: "utf8" }), text);
  }
});
