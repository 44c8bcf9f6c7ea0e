import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { AgentClock, EventHub, eventsMethods, HistoryStore, historyFolder } from "@ringfence/agent";
import { ControlServer } from "@ringfence/agent/control";

const RINGFENCE = fileURLToPath(new URL("../../../../ringfence", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ringfence-observe-"));
after(() => rmSync(folder, { recursive: true }));

function hubOf(): EventHub {
  return new EventHub({ host: "h", labels: {}, clock: new AgentClock() });
}

function publish(hub: EventHub, place: string): void {
  hub.publish({ type: "loss", level: "warning", msg: `lost in ${place}`, place, lost: 1 });
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

async function until(child: Child, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (pattern.test(text)) break;
  }
  return text;
}

let configs = 0;

/** A file with this configuration of an agent. */
function configOf(spec: object): string {
  const path = join(folder, `config-${configs++}.yaml`);
  writeFileSync(path, JSON.stringify({ apiVersion: "ringfence.dev/v1alpha1", kind: "AgentConfig", spec }));
  return path;
}

describe("ringfence observe", () => {
  test("-f shows what the agent sends until it is interrupted", async () => {
    const hub = hubOf();
    const path = join(folder, "agent.sock");
    const server = await ControlServer.start({
      path,
      readers: null,
      methods: eventsMethods(hub, () => undefined),
    });
    const args = ["observe", "-f", "--json", "--type", "loss", "--config", configOf({ socket: { path } })];
    const child = spawn(RINGFENCE, args, { stdio: ["ignore", "pipe", "pipe"] });
    while (hub.subscribers.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    publish(hub, "one");
    hub.publish({ type: "agent", level: "info", msg: "not asked for", change: "started", version: "1" });
    publish(hub, "two");
    const text = await until(child, /two/);
    assert.deepEqual(
      text
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { msg: string }).msg),
      ["lost in one", "lost in two"],
    );
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    await server.stop();
    assert.deepEqual(hub.subscribers, [], "its subscription ended with it");
  });

  test("reads the history while the agent is gone, by time and kind", () => {
    const state = join(folder, "state");
    const store = new HistoryStore({
      folder: historyFolder(state),
      days: 1,
      maxBytes: 1 << 20,
      now: () => Date.now(),
    });
    const event = (time: string, msg: string) =>
      `${JSON.stringify({ schema: "ringfence.event/v1", type: "loss", time, msg, sequence: 1 })}\n`;
    store.write(
      Buffer.from(event("2026-11-26T10:00:00.000Z", "early") + event("2026-11-26T11:00:00.000Z", "late")),
    );
    store.write(Buffer.from('{"torn":'));
    store.close();
    const config = configOf({ state, socket: { path: join(folder, "nobody.sock") } });
    const run = (...args: readonly string[]) =>
      spawnSync(RINGFENCE, ["observe", "--config", config, ...args], { encoding: "utf8" });
    const all = run();
    assert.match(
      all.stdout,
      /^TIME .*\n11-26 10:00:00 {2}loss .*early +-\n11-26 11:00:00 {2}loss .*late +-\n$/,
    );
    assert.match(all.stderr, /1 lines are no records/);
    assert.doesNotMatch(run("--since", "2026-11-26T10:30:00Z").stdout, /early/);
    assert.doesNotMatch(run("--until", "2026-11-26T10:30:00Z").stdout, /late/);
    const verdicts = run("--type", "verdict");
    assert.equal(verdicts.stdout, "");
    assert.match(verdicts.stderr, /nothing to show: none of the 2 events looked at passes the filter/);
    assert.match(
      run("--until", "2020-01-01T00:00:00Z").stderr,
      /none of the 2 events looked at is of that time; no agent answers on/,
    );
    assert.match(
      run("--since", "2099-01-01T00:00:00Z").stderr,
      /there is no event since 2099-01-01T00:00:00\.000Z in the history ".*"; no agent answers on "/,
    );
    const top = spawnSync(
      RINGFENCE,
      ["top", "--once", "--config", config, "--since", "2026-11-26T00:00:00Z"],
      {
        encoding: "utf8",
      },
    );
    assert.match(top.stderr, /nothing to show: none of the 2 events looked at is a verdict or a connection/);
  });

  test("says what to do when there is neither agent nor history", () => {
    for (const args of [
      ["-f", "--config", configOf({ socket: { path: join(folder, "none") } })],
      ["--config", configOf({ state: join(folder, "none") })],
    ]) {
      const { status, stderr } = spawnSync(RINGFENCE, ["observe", ...args], { encoding: "utf8" });
      assert.equal(status, 125);
      assert.match(stderr, /none/);
    }
  });

  test("ends quietly when nobody reads on", () => {
    const log = join(folder, "many.ndjson");
    const line = JSON.stringify({
      schema: "ringfence.event/v1",
      type: "loss",
      time: "",
      msg: "x".repeat(500),
    });
    writeFileSync(log, `${line}\n`.repeat(20_000));
    const { stdout, stderr } = spawnSync("sh", ["-c", '"$0" observe --from "$1" | head -1', RINGFENCE, log], {
      encoding: "utf8",
    });
    assert.match(stdout, /^TIME/);
    assert.equal(stderr, "");
  });
});
