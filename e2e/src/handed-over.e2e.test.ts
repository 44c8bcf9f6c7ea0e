import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { EchoServers } from "./harness/echo-servers.js";
import { type FenceOptions, fence } from "./harness/fence.js";
import { connects, isIgnored } from "./harness/listeners.js";
import { compileNative } from "./harness/native.js";
import { profile } from "./harness/profile.js";
import { temporaryFolder } from "./harness/temporary-folder.js";
import { timeout } from "./harness/timeout.js";

/** Copies of one program: the policy selects one of them and denies it everything. */
const folder = temporaryFolder();
const free = compileNative("hand-over", folder);
const bad = join(folder, "bad");
copyFileSync(free, bad);
const policies = [profile("p", { subject: { exe: bad }, default: "deny", listen: "none" })];

const uses = (result: string) => ["sendto", "udp-connect", "tcp-connect"].map((use) => `${use} ${result}`);

describe("ringfence run judges a socket that changes hands", () => {
  for (const way of ["inherit", "pass"]) {
    for (const { who, maker, user, result, reach } of [
      {
        who: "the free to the denied",
        maker: free,
        user: bad,
        result: "EPERM",
        reach: [isIgnored, connects],
      },
      { who: "the denied to the free", maker: bad, user: free, result: "ok", reach: [connects, isIgnored] },
    ]) {
      test(`by who uses it, a listener by who listened (${way}, from ${who})`, { timeout }, async () => {
        await using servers = await EchoServers.start();
        let reached = Promise.resolve();
        const { stdout, stderr } = await fence([maker, way, user, String(servers.tcp4.port)], {
          policies,
          input: null,
          onStart: (child) => {
            let text = "";
            child.stdout?.on("data", (more: string) => {
              text += more;
              const ports = /^ports (\d+) (\d+)\n/m.exec(text)?.slice(1).map(Number);
              if (ports === undefined || text.includes("accepted")) return;
              reached = Promise.all(
                ports.map((port, index) => reach[index]?.("127.0.0.1", port, "127.0.0.1")),
              ).then(() => undefined);
              reached.catch(() => undefined).finally(() => child.stdin?.end("\n"));
            });
          },
        });
        await reached;
        const lines = stdout.trimEnd().split("\n");
        assert.deepEqual(lines.slice(0, 4), [...uses(result), "listen ok"], stderr);
        assert.equal(lines.at(-1), result === "ok" ? "accepted 1 0" : "accepted 0 1");
      });
    }
  }

  test("made outside, by who uses it after fork and exec", { timeout }, async () => {
    await using servers = await EchoServers.start();
    const lent: FenceOptions = { policies, via: [free, "lend"], input: null };
    const use = async (relay: string, user: string) => {
      const { stdout, stderr } = await fence([relay, "relay", user, String(servers.tcp4.port)], lent);
      assert.match(stdout, /^accepted/m, stderr);
      return stdout.split("\n").slice(0, 3);
    };
    assert.deepEqual(await use(free, bad), uses("EPERM"));
    assert.deepEqual(await use(bad, free), uses("ok"));
  });
});
