import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { AgentConfig, AgentEvent } from "@ringfence/model";
import { agentConfigSchema } from "@ringfence/model/schemas";
import { AgentClock } from "./agent-clock.js";
import { AgentSinks } from "./agent-sinks.js";
import { EventHub } from "./event-hub.js";
import { historyFiles } from "./history/history-files.js";
import { readLines } from "./history/read-lines.js";

const root = mkdtempSync(join(tmpdir(), "ringfence-agent-sinks-"));
after(() => rmSync(root, { recursive: true }));

function specOf(spec: object): AgentConfig["spec"] {
  return agentConfigSchema.parse({ apiVersion: "ringfence.dev/v1alpha1", kind: "AgentConfig", spec }).spec;
}

function publish(hub: EventHub, place: string): void {
  hub.publish({ type: "agent", level: "info", msg: place, change: "started", version: "1" });
}

describe("AgentSinks", () => {
  test("writes each event into the history and the file", async () => {
    const state = join(root, "state");
    const path = join(root, "events.ndjson");
    const hub = new EventHub({ host: "h", labels: { a: "b" }, clock: new AgentClock() });
    const sinks = new AgentSinks(hub, specOf({ state, events: { file: { path } } }), assert.fail);
    publish(hub, "one");
    publish(hub, "two");
    await hub.drained();
    await sinks.close();
    const [segment = ""] = historyFiles(state, null);
    const lines = [...readLines(segment)];
    assert.deepEqual(lines, readFileSync(path, "utf8").trimEnd().split("\n"));
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as AgentEvent).map(({ msg, labels }) => [msg, labels]),
      [
        ["one", { a: "b" }],
        ["two", { a: "b" }],
      ],
    );
  });

  test("says once that a sink cannot write, tells the others what is missing, and goes on", async () => {
    const state = join(root, "blocked");
    mkdirSync(state);
    writeFileSync(join(state, "history"), "no folder");
    const said: string[] = [];
    const told: AgentEvent[] = [];
    const hub = new EventHub({ host: "h", labels: {}, clock: new AgentClock() });
    hub.subscribe({ name: "other", filter: { types: ["loss"] } }, (events) => void told.push(...events));
    const sinks = new AgentSinks(hub, specOf({ state }), (text) => void said.push(text));
    for (const name of ["a", "b", "c"]) {
      publish(hub, name);
      await hub.drained();
    }
    await hub.drained();
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^history stops: /);
    const lost = told.reduce((sum, event) => sum + (event.type === "loss" ? event.lost : 0), 0);
    assert.ok(lost >= 3 && told.length === 3, JSON.stringify(told));
    assert.deepEqual(sinks.losses, { history: lost });
    await sinks.close();
  });
});
