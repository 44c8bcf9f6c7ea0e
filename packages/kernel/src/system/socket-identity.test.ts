import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { AF_INET, AF_INET6, decodeSocketAddress, socketIdentity } from "./socket-identity.js";

const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;

const fdOf = (socket: object) => (socket as { readonly _handle: { readonly fd: number } })._handle.fd;

for (const [host, family, length] of [
  ["127.0.0.1", AF_INET, 4],
  ["::1", AF_INET6, 16],
] as const) {
  test(`socketIdentity reads both ends of a connection to ${host}`, async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const client = connect(port, host);
    const peer = await accepted;
    const identity = socketIdentity(fdOf(client));
    assert.deepEqual(
      [identity?.family, identity?.type, identity?.protocol],
      [family, SOCK_STREAM, IPPROTO_TCP],
    );
    assert.deepEqual([identity?.peer?.port, identity?.peer?.address.length], [port, length]);
    assert.equal(identity?.local.port, peer.remotePort);
    assert.equal(identity?.peer?.address.at(-1), 1);
    assert.equal(socketIdentity(fdOf(server))?.peer, null);
    client.destroy();
    peer.destroy();
    server.close();
  });
}

test("socketIdentity is null for a file and throws for a closed descriptor", () => {
  const fd = openSync("/dev/null", "r");
  assert.equal(socketIdentity(fd), null);
  closeSync(fd);
  assert.throws(() => socketIdentity(999), { code: "EBADF" });
});

test("decodeSocketAddress gives the bytes of a UNIX socket's name", () => {
  const end = decodeSocketAddress(Uint8Array.of(1, 0, 47, 97));
  assert.deepEqual(end, { family: 1, address: Uint8Array.of(47, 97), port: 0 });
});
