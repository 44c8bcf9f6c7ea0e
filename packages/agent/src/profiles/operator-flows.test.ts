import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { formatAddress } from "@ringfence/model";
import { operatorFlows } from "./operator-flows.js";

test("operatorFlows finds the connections of those who ask, incoming by its listener and outgoing, whatever the environment says", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const remote = spawn(process.execPath, [
    "-e",
    `require("net").connect(${port}, "127.0.0.1"); setInterval(() => {}, 1e6)`,
  ]);
  const [accepted] = await once(server, "connection");
  // A child of this process asks: the connection is its ancestor's.
  const child = spawn("sleep", ["600"], { env: { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" } });
  try {
    const flows = operatorFlows(child.pid ?? 0).filter(({ what }) => what.includes(`pid ${process.pid})`));
    const incoming = flows.find(({ flow }) => flow.direction === "ingress" && flow.port === port);
    assert.equal(formatAddress(incoming?.flow.address ?? { family: 4, value: 0n }), "127.0.0.1");
    assert.equal(incoming?.process.exe?.path, process.execPath);
    assert.equal(
      flows.some(({ what }) => what.includes("192.0.2.1")),
      false,
    );
    // Nobody who is asked for: neither the connection of this process nor that of the other end.
    assert.deepEqual(
      operatorFlows(null).filter(({ flow }) => flow.port === port),
      [],
    );
    const outgoing = operatorFlows(remote.pid ?? 0).find(({ what }) => what.includes(`pid ${remote.pid})`));
    assert.equal(outgoing?.flow.port, accepted.remotePort === undefined ? 0 : port);
  } finally {
    child.kill();
    remote.kill();
    accepted.destroy();
    server.close();
  }
});

test("operatorFlows finds the connections of an SSH server that nobody asks for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-sshd-"));
  const sshd = join(folder, "sshd");
  copyFileSync(process.execPath, sshd);
  const script = `const s = require("net").createServer(); s.listen(0, "127.0.0.1", () => console.log(s.address().port));`;
  const server = spawn(sshd, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(server.stdout, "data");
  const port = Number(line);
  const client = connect(port, "127.0.0.1");
  await once(client, "connect");
  try {
    // The kernel completes the connection before the server has accepted it.
    let found = operatorFlows(null).filter(({ flow }) => flow.port === port);
    while (found.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      found = operatorFlows(null).filter(({ flow }) => flow.port === port);
    }
    assert.equal(found[0]?.flow.direction, "ingress");
    assert.equal(found[0]?.process.exe?.path, sshd);
    assert.match(
      found[0]?.what ?? "",
      new RegExp(`^sshd \\(pid ${server.pid}\\) with 127\\.0\\.0\\.1 port ${client.localPort}`),
    );
  } finally {
    client.destroy();
    server.kill();
    await once(server, "close");
    rmSync(folder, { recursive: true });
  }
});
