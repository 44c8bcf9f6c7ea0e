import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { formatAddress } from "@ringfence/model";
import { parseTcpTable } from "./tcp-table.js";

for (const [host, name] of [
  ["127.0.0.1", "tcp"],
  ["::1", "tcp6"],
  ["::ffff:127.0.0.1", "tcp6"],
] as const) {
  test(`parseTcpTable finds listener and connection at ${host} in what the kernel shows`, async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    const client = connect(port, host);
    await new Promise((resolve) => client.once("connect", resolve));
    const table = parseTcpTable(readFileSync(`/proc/self/net/${name}`, "utf8"));
    const listener = table.find(({ state, local }) => state === "listen" && local.port === port);
    const end = table.find(({ state, remote }) => state === "established" && remote.port === port);
    const plain = host.replace("::ffff:", "");
    assert.equal(formatAddress(listener?.local.address ?? { family: 4, value: 0n }), plain);
    assert.equal(formatAddress(end?.remote.address ?? { family: 4, value: 0n }), plain);
    assert.equal(end?.local.port, client.localPort);
    assert.ok((end?.inode ?? 0) > 0);
    client.destroy();
    server.close();
  });
}
