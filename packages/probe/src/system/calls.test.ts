import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { constants } from "node:os";
import { test } from "node:test";
import { SystemError } from "@ringfence/kernel/system";
import { connect, socket } from "./calls.js";
import { AF_INET, SOCK_STREAM } from "./numbers.js";
import { sockaddr } from "./sockaddr.js";

/** Connections until the listener's queue is full: the last one waits for its time limit. */
function connectUntilFull(port: number): number {
  for (let connections = 0; connections < 10; connections++) {
    try {
      connect(socket(AF_INET, SOCK_STREAM), sockaddr("127.0.0.1", port));
    } catch (error) {
      assert.ok(error instanceof SystemError);
      return error.errno;
    }
  }
  throw new Error("the queue took ten connections");
}

test("connect() waits its whole time though a child ends meanwhile", { timeout: 20_000 }, async () => {
  const server = createServer((accepted) => accepted.destroy());
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 });
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const child = spawn("sleep", ["0.15"]);
  const ended = once(child, "exit");
  await once(child, "spawn");
  // what a second call says when the time limit of an interrupted one has passed
  assert.equal(connectUntilFull(address.port), constants.errno.EALREADY);
  await ended;
  server.close();
});
