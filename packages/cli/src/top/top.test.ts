import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { AgentClock, type EventDraft, EventHub, eventsMethods } from "@ringfence/agent";
import { ControlServer } from "@ringfence/agent/control";
import type { AgentEvent } from "@ringfence/model";
import { renderTop } from "./render-top.js";
import { TopTable } from "./top-table.js";

const RINGFENCE = fileURLToPath(new URL("../../../../ringfence", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ringfence-top-"));
after(() => rmSync(folder, { recursive: true }));

const time = "2026-11-26T10:00:00.000Z";

function verdict(exe: string, outcome: string, count = 1): AgentEvent {
  const action = outcome === "denied" ? "deny" : "allow";
  return {
    type: "verdict",
    time,
    count,
    outcome,
    action,
    direction: "egress",
    process: { exe },
    workload: null,
  } as unknown as AgentEvent;
}

function connection(exe: string, bytes: number): AgentEvent {
  const workload = { kind: "container", name: "web" };
  const sums = { sentBytes: bytes, receivedBytes: 2 * bytes };
  return { type: "connection", time, count: 1, process: { exe }, workload, ...sums } as unknown as AgentEvent;
}

function tableOf(...events: readonly AgentEvent[]): TopTable {
  const table = new TopTable();
  for (const event of events) table.add(event);
  return table;
}

describe("TopTable", () => {
  test("adds up by executable and workload, and orders as asked", () => {
    const table = tableOf(
      verdict("/a", "allowed", 5),
      verdict("/a", "denied", 2),
      verdict("/b", "would-deny", 3),
      connection("/a", 100),
    );
    const numbers = (order: Parameters<TopTable["rows"]>[0]) =>
      table.rows(order).map((row) => [row.workload, row.exe, row.connections, row.denied, row.sentBytes]);
    assert.deepEqual(numbers("connections"), [
      ["", "/a", 5, 2, 0],
      ["", "/b", 3, 3, 0],
      ["web", "/a", 0, 0, 100],
    ]);
    assert.deepEqual(numbers("denied")[0], ["", "/b", 3, 3, 0]);
    assert.deepEqual(numbers("bytes")[0], ["web", "/a", 0, 0, 100]);
  });
});

describe("renderTop", () => {
  test("fits the terminal, and counts what does not", () => {
    const table = tableOf(
      ...Array.from({ length: 50 }, (_, index) => verdict(`/bin/${index}${"x".repeat(60)}`, "allowed")),
    );
    for (const columns of [40, 80, 132]) {
      const lines = renderTop(table, { columns, lines: 10, order: "bytes", title: "t".repeat(200) });
      assert.ok(lines.every(({ length }) => length <= columns));
      assert.equal(lines.length, 10);
      assert.equal(lines.at(-1), "43 more");
    }
  });

  test("says what was lost", () => {
    const table = tableOf(verdict("/a", "allowed"));
    table.lose(7);
    const lines = renderTop(table, { columns: null, lines: null, order: "bytes", title: "t" });
    assert.match(lines.at(-1) ?? "", /7 events lost/);
  });
});

describe("ringfence top", () => {
  test("shows what the agent sends, and gives the terminal back at q", async () => {
    const clock = new AgentClock();
    const hub = new EventHub({ host: "h", labels: {}, clock });
    const path = join(folder, "agent.sock");
    const config = join(folder, "config.yaml");
    const spec = { socket: { path } };
    writeFileSync(
      config,
      JSON.stringify({ apiVersion: "ringfence.dev/v1alpha1", kind: "AgentConfig", spec }),
    );
    const server = await ControlServer.start({
      path,
      readers: null,
      methods: eventsMethods(hub, () => undefined),
    });
    const child = spawn(
      "script",
      ["-qec", `stty cols 100 rows 12; ${RINGFENCE} top --config ${config}`, "/dev/null"],
      {
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    let text = "";
    const shown = new Promise<void>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (text.includes("/usr/bin/seen")) resolve();
      });
    });
    while (hub.subscribers.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    hub.publish(verdict("/usr/bin/seen", "denied") as unknown as EventDraft);
    await shown;
    child.stdin.write("q");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    assert.ok(
      text.includes("\u001b[?1049h") && text.trimEnd().endsWith("\u001b[?1049l"),
      JSON.stringify(text.slice(-40)),
    );
    await server.stop();
  });

  test("refuses what makes no sense, and says what does", () => {
    const run = (...args: readonly string[]) => spawnSync(RINGFENCE, ["top", ...args], { encoding: "utf8" });
    assert.match(run().stderr, /no terminal: add --once/);
    assert.match(run("--since", "1h").stderr, /"--since".*add --once/);
  });
});
