import assert from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { connect, send, sendto, socket } from "../system/calls.js";
import { errnoIs } from "../system/errno-is.js";
import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM } from "../system/numbers.js";
import { sockaddr } from "../system/sockaddr.js";
import { trialAddresses } from "./layout.js";
import { ScratchNetwork } from "./scratch-network.js";

const trial = (index: number, name: string) => ({
  ...trialAddresses(index),
  port: 20_000 + index,
  mark: `mark:${name}:`,
});

/** The kernel may be a moment behind. */
async function arrives(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 500, "nothing arrived");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("ScratchNetwork sees what reaches the outside, by data or by the packet that opens a connection", async () => {
  const interfaces = readdirSync("/sys/class/net");
  const home = readlinkSync("/proc/thread-self/ns/net");
  const [sent, sentV6, opened, silent] = [
    trial(0, "v4"),
    trial(1, "v6"),
    trial(125, "tcp"),
    trial(2, "none"),
  ];
  {
    using network = new ScratchNetwork();
    assert.notEqual(readlinkSync("/proc/thread-self/ns/net"), home);
    for (const one of [sent, sentV6, opened, silent]) network.arrivals.expect(one);
    sendto(socket(AF_INET, SOCK_DGRAM), Buffer.from(sent.mark), sockaddr(sent.v4, sent.port));
    const v6 = socket(AF_INET6, SOCK_DGRAM);
    connect(v6, sockaddr(sentV6.v6, sentV6.port));
    send(v6, Buffer.from(sentV6.mark));
    assert.throws(
      () => connect(socket(AF_INET, SOCK_STREAM), sockaddr(opened.v4, opened.port)),
      (error) => errnoIs(error, "ECONNREFUSED"),
    );
    const { arrivals } = network;
    await arrives(() => arrivals.has(sent, "data"));
    await arrives(() => arrivals.has(sentV6, "data"));
    await arrives(() => arrivals.has(opened, "connection"));
    assert.equal(arrivals.has(opened, "data"), false);
    assert.equal(arrivals.has(silent, "connection"), false);
  }
  assert.equal(readlinkSync("/proc/thread-self/ns/net"), home);
  assert.deepEqual(readdirSync("/sys/class/net"), interfaces);
});
