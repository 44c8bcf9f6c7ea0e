import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import { EventPoll } from "./event-poll.js";

/** A descriptor that never becomes readable: a listening socket that nobody connects to. */
async function quiet(): Promise<{ readonly fd: number; readonly server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { fd } = (server as Server & { readonly _handle: { readonly fd: number } })._handle;
  return { fd, server };
}

test("EventPoll.wake ends a wait, also one that comes after it, but only one", async () => {
  const { fd, server } = await quiet();
  const poll = new EventPoll(fd);
  setTimeout(() => poll.wake(), 10);
  await poll.wait();
  poll.wake();
  await poll.wait();
  const third = poll.wait().then(() => "woken");
  const late = new Promise((resolve) => setTimeout(() => resolve("still waiting"), 30));
  assert.equal(await Promise.race([third, late]), "still waiting");
  poll.close();
  assert.equal(await third, "woken");
  server.close();
});

test("EventPoll refuses two waits at a time and a wait after close", async () => {
  const { fd, server } = await quiet();
  const poll = new EventPoll(fd);
  const wait = poll.wait();
  await assert.rejects(poll.wait(), /twice at a time/);
  poll.close();
  poll.close();
  await wait;
  await assert.rejects(poll.wait(), /the poll is closed/);
  server.close();
});

test("EventPoll names a descriptor that can not be watched", () => {
  assert.throws(() => new EventPoll(9999), { code: "EBADF", message: /Cannot watch descriptor 9999/ });
});
