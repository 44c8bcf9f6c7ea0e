import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { AgentEvent } from "@ringfence/model";
import { SyslogSink, syslogMessage } from "./syslog-sink.js";

const folder = mkdtempSync(join(tmpdir(), "ringfence-syslog-"));
after(() => rmSync(folder, { recursive: true }));

function event(msg: string): AgentEvent {
  const time = "2026-11-26T10:00:00.000Z";
  return { type: "loss", level: "warning", sequence: 0, time, msg, host: "h" } as unknown as AgentEvent;
}

/** Prints each datagram that it gets as a line; Node has no such sockets. It reads two, and then no more. */
const receiver = `use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; my $n = shift; $n =~ s/^@/\\0/;
bind($s, pack("Sa*", AF_UNIX, $n)) or die $!; $| = 1; print "bound\\n";
for (1..2) { recv($s, my $m, 4096, 0); print "$m\\n"; } <STDIN>`;

/** Somebody who listens as syslog does. */
class Receiver {
  text = "";
  readonly #child;

  constructor(name: string) {
    this.#child = spawn("perl", ["-e", receiver, name], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout.setEncoding("utf8").on("data", (part: string) => {
      this.text += part;
    });
  }

  until(word: string): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.text.includes(word)) resolve();
      };
      this.#child.stdout.on("data", look);
      look();
    });
  }

  async end(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin.end("\n");
    await ended;
  }
}

const openFiles = () => readdirSync("/proc/self/fd").length;

test("SyslogSink sends each event, and loses what nobody takes rather than waiting", async () => {
  const name = `@ringfence-syslog-${process.pid}`;
  const first = new Receiver(name);
  await first.until("bound");
  const sink = new SyslogSink(name);
  const open = openFiles();
  void sink.deliver([event("one"), event("two")], 0);
  await first.until("two");
  const got = first.text.trim().split("\n").slice(1);
  assert.deepEqual(got, [syslogMessage(event("one"), process.pid), syslogMessage(event("two"), process.pid)]);
  assert.equal(sink.lost, 0);
  void sink.deliver(
    Array.from({ length: 5000 }, () => event("x".repeat(500))),
    0,
  );
  assert.ok(sink.lost > 0 && sink.lost < 5000, "its queue takes some, and then nobody waits");
  assert.equal(openFiles(), open, "one socket for all");
  await first.end();
  sink.close();
});

for (const name of [`@ringfence-syslog-again-${process.pid}`, join(folder, "log")]) {
  const kind = name.startsWith("@") ? "name" : "path";
  test(`SyslogSink counts what is lost while nobody listens, and goes on with whoever does: ${kind}`, async () => {
    const first = new Receiver(name);
    await first.until("bound");
    const sink = new SyslogSink(name);
    void sink.deliver([event("one")], 0);
    await first.until("one");
    void sink.deliver([event("two")], 0);
    await first.end();
    void sink.deliver([event("lost"), event("lost, too")], 0);
    assert.equal(sink.lost, 2);
    rmSync(name, { force: true });
    const next = new Receiver(name);
    await next.until("bound");
    void sink.deliver([event("three"), event("four")], 0);
    await next.until("four");
    assert.match(next.text, /three.*\n.*four/);
    assert.equal(sink.lost, 2);
    await next.end();
    sink.close();
  });
}

test("syslogMessage follows RFC 5424, and cuts what receivers need not take", () => {
  assert.match(
    syslogMessage(event("m"), 7),
    /^<28>1 2026-11-26T10:00:00\.000Z h ringfence 7 loss - \{"type":"loss".*\}$/,
  );
  const long = syslogMessage(event("y".repeat(5000)), 7);
  assert.ok(Buffer.byteLength(long) <= 2048);
  assert.match(long, /"cut":true\}$/);
});
