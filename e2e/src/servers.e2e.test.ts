import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { alteredObject, withObject } from "./harness/altered-object.js";
import { fence } from "./harness/fence.js";
import { program } from "./harness/paths.js";
import { readResults } from "./harness/probe.js";
import { timeout } from "./harness/timeout.js";

async function bound(type: "udp4" | "udp6"): Promise<Socket> {
  const socket = createSocket(type);
  socket.bind(0, type === "udp4" ? "127.0.0.1" : "::1");
  await once(socket, "listening");
  return socket;
}

/** Asks the server, and returns what came back to the asker and to a stranger. */
async function ask(type: "udp4" | "udp6", port: number): Promise<readonly [string[], number]> {
  const [asker, stranger] = [await bound(type), await bound(type)];
  const answers: string[] = [];
  let unasked = 0;
  stranger.on("message", () => {
    unasked += 1;
  });
  const done = new Promise<void>((resolve, reject) => {
    setTimeout(() => reject(new Error(`No answer over ${type}`)), 30_000).unref();
    asker.on("message", (data) => {
      answers.push(data.toString());
      if (data.toString() === "done") resolve();
    });
  });
  asker.send(String(stranger.address().port), port, type === "udp4" ? "127.0.0.1" : "::1");
  try {
    await done;
  } finally {
    asker.close();
    stranger.close();
  }
  return [answers, unasked];
}

/** Answers whoever asks until that is refused, and prints what the first and the last answer came to. */
const insistent = `
const socket = require("dgram").createSocket("udp4");
socket.bind(0, "127.0.0.1", () => console.log(socket.address().port));
socket.once("message", (_, { port, address }) => {
  const answer = (times) => socket.send("answer", port, address, (error) => {
    if (times === 0) console.log(error?.code ?? "ok");
    if (error === null && times < 600) return setTimeout(answer, 50, times + 1);
    console.log(error?.code ?? "ok");
    process.exit();
  });
  answer(0);
});
`;

async function echo(port: number, text: string): Promise<string> {
  const connection = connect(port, "127.0.0.1");
  connection.write(text);
  const [data] = (await once(connection, "data")) as [Buffer];
  connection.destroy();
  return data.toString();
}

async function talk(line: string, denied: Socket): Promise<void> {
  const [tcp = 0, udp4 = 0, udp6 = 0] = (readResults(line).results["ports"] ?? "").split(",").map(Number);
  assert.equal(await echo(tcp, "hello"), "hello");
  await new Promise((resolve) => denied.send("denied", udp4, "127.0.0.1", resolve));
  assert.deepEqual(await ask("udp4", udp4), [["answer", "done"], 0]);
  assert.deepEqual(await ask("udp6", udp6), [["answer", "done"], 0]);
  const last = await bound("udp4");
  last.send("end", udp4, "127.0.0.1", () => last.close());
}

describe("ringfence run servers", () => {
  test("answer who asked, nobody else and nobody a rule denies, and take connections", {
    timeout,
  }, async () => {
    const denied = await bound("udp4");
    let talked: Promise<void> | undefined;
    const { stdout, report, stderr } = await fence([process.execPath, program("probe/serve.js")], {
      options: ["--default", "deny", "--deny", `udp/127.0.0.1:${denied.address().port}`],
      onStart: (child) => {
        child.stdout?.once("data", (line: string) => {
          talked = talk(line, denied)
            .catch((error: unknown) => {
              child.kill();
              throw error;
            })
            .finally(() => denied.close());
        });
      },
    });
    await talked;
    const { ports, ...results } = readResults(stdout).results;
    assert.ok(ports !== undefined, stderr);
    assert.deepEqual(results, {
      "udp4 denied": "EPERM",
      "udp4 answer": "ok",
      "udp4 stranger": "EPERM",
      "udp6 answer": "ok",
      "udp6 stranger": "EPERM",
    });
    const outcomesOf = (direction: string) =>
      report.flows
        .filter((flow) => flow.direction === direction)
        .map((flow) => `${flow.outcome} ${flow.reason} ${flow.address} ${flow.verdicts}`)
        .sort();
    assert.deepEqual(outcomesOf("ingress"), [
      "allowed policy 127.0.0.1 1",
      "allowed policy 127.0.0.1 3",
      "allowed policy ::1 1",
    ]);
    assert.deepEqual(outcomesOf("egress"), [
      "allowed reply 127.0.0.1 2",
      "allowed reply ::1 2",
      "denied policy 127.0.0.1 1",
      "denied policy 127.0.0.1 1",
      "denied policy ::1 1",
    ]);
  });

  test("answer for as long as the reply window is open, and no longer", { timeout }, async () => {
    const asker = createSocket("udp4");
    let answers = 0;
    asker.on("message", () => (answers += 1));
    const { stdout, stderr, report } = await fence([process.execPath, "-e", insistent], {
      options: ["--default", "deny"],
      via: withObject(alteredObject("peersForTwoSeconds")),
      onStart: (child) => {
        child.stdout?.once("data", (port: string) => asker.send("hello", Number(port), "127.0.0.1"));
      },
    });
    asker.close();
    assert.deepEqual(stdout.trimEnd().split("\n").slice(1), ["ok", "EPERM"], stderr);
    const egress = report.flows.filter(({ direction }) => direction === "egress");
    assert.deepEqual(
      egress.map(({ outcome, reason, verdicts }) => `${outcome} ${reason} ${verdicts}`).sort(),
      [`allowed reply ${answers}`, "denied policy 1"],
    );
  });
});
