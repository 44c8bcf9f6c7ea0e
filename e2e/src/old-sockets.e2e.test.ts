import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { describe, test } from "node:test";
import { canReset } from "./harness/can-reset.js";
import { compileNative } from "./harness/native.js";
import { profile, rules } from "./harness/profile.js";
import { ShortOrphans } from "./harness/short-orphans.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";
import { until } from "./harness/until.js";
import { WatchedRun } from "./harness/watched-run.js";

/** Takes connections, each of which says its name, and keeps the names of those that ended. */
class Rolls {
  readonly names = new Set<string>();
  readonly ended = new Set<string>();
  /** what was said after the name */
  readonly more: string[] = [];
  readonly #servers: Server[] = [];
  readonly #drop: (() => void)[] = [];

  async open(host: string): Promise<number> {
    const server = createServer((socket) => {
      this.#drop.push(() => socket.destroy());
      socket.on("error", () => undefined);
      socket.once("data", (data) => {
        this.names.add(String(data));
        socket.on("data", (more) => this.more.push(String(more)));
        socket.once("close", () => this.ended.add(String(data)));
      });
    });
    this.#servers.push(server);
    await once(server.listen(0, host), "listening");
    return (server.address() as AddressInfo).port;
  }

  [Symbol.dispose](): void {
    for (const drop of this.#drop) drop();
    for (const server of this.#servers) server.close();
  }
}

describe("a policy that takes over", () => {
  test("lets both sides of a connection that it denies learn of the end, and nothing more", {
    timeout,
  }, async () => {
    using _orphans = new ShortOrphans();
    using rolls = new Rolls();
    const ports = [await rolls.open("127.0.0.1"), await rolls.open("::1")];
    const open = { allow: { to: ["127.0.0.1", "::1"], ports } };
    const first = { ingress: { default: "allow" }, listen: "0-65535", rules: rules({ open }) };
    const program = compileNative("old-connections", temporaryFolder());
    await using run = new WatchedRun(profile("p", { default: "deny", ...first }), [
      program,
      ...ports.map(String),
    ]);
    await run.hears("port");
    const inward = connect(Number(/port (\d+)/.exec(run.output)?.[1]), "127.0.0.1");
    inward.on("error", () => undefined).on("close", () => rolls.ended.add("inward"));
    await run.hears("ready");
    assert.ok(await until(() => rolls.names.size === 4));

    await run.follow(profile("p", { default: "deny", ingress: { default: "deny" }, listen: "0-65535" }));
    // kernels that cannot reset it end a connection with what its process does: no segment that holds data may do that
    const ends = ["inward", ...(canReset() ? ["late"] : []), "v4", "v6"];
    const allEnded = () => until(() => rolls.ended.size === ends.length, 60_000);
    if (canReset()) assert.ok(await allEnded(), [...rolls.ended].join());
    run.tell("end");
    await allEnded();
    // IP options could carry words of the command's choice
    assert.deepEqual([...rolls.ended].sort(), ends);
    assert.deepEqual(rolls.more, []);
  });

  test("reaches sockets in network namespaces that their process has left", { timeout }, async () => {
    using _orphans = new ShortOrphans();
    using rolls = new Rolls();
    const port = await rolls.open("127.0.0.1");
    const datagrams: string[] = [];
    const receiver = createSocket("udp4").on("message", (data) => datagrams.push(String(data)));
    await once(receiver.bind(port, "127.0.0.1"), "listening");
    const allow = { allow: { to: ["127.0.0.1"], ports: [port] } };
    const program = compileNative("namespaces", temporaryFolder());
    const policy = (table: Record<string, object>) =>
      profile("p", { default: "deny", listen: "0-65535", rules: rules(table) });
    await using run = new WatchedRun(policy({ allow }), [program, String(port)]);
    try {
      await run.hears("ready");
      await run.follow(policy({}));
      run.tell("now");
      const lines = (await run.end()).slice(1);
      const expected = [0, 1].flatMap((space) => [
        `tcp ${space} nothing`,
        `udp ${space} nothing`,
        `new ${space} EPERM`,
      ]);
      assert.deepEqual(lines, expected);
      assert.deepEqual([[...rolls.names], rolls.more, datagrams], [["soon"], [], ["soon"]]);
    } finally {
      receiver.close();
    }
  });
});
