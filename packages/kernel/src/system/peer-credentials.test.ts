import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { peerCredentials } from "./peer-credentials.js";

const fdOf = (socket: object) => (socket as { readonly _handle: { readonly fd: number } })._handle.fd;

test("peerCredentials tells both ends who the other is, supplementary groups too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ringfence-peer-"));
  chmodSync(folder, 0o755);
  const path = join(folder, "socket");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ path, writableAll: true }, resolve));
  const manyGroups = Array.from({ length: 100 }, (_, i) => 70_000 + i);
  const child = spawn(
    "setpriv",
    [
      "--reuid=4242",
      "--regid=4343",
      `--groups=${manyGroups.join()}`,
      process.execPath,
      "-e",
      `require("net").connect("${path}")`,
    ],
    { stdio: "inherit" },
  );
  try {
    const seen = await new Promise((resolve) =>
      server.once("connection", (socket) => resolve(peerCredentials(fdOf(socket)))),
    );
    assert.deepEqual(seen, { pid: child.pid, uid: 4242, gid: 4343, groups: manyGroups });
    const client = connect(path);
    await new Promise((resolve) => client.once("connect", resolve));
    assert.equal(peerCredentials(fdOf(client)).pid, process.pid);
    client.destroy();
  } finally {
    child.kill();
    server.close();
    rmSync(folder, { recursive: true });
  }
});

test("peerCredentials throws for what is no socket", () => {
  assert.throws(() => peerCredentials(-1), { code: "EBADF" });
});
