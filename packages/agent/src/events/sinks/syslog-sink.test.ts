import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import type { AgentEvent } from "@ringfence/model";
import { SyslogSink, syslogMessage } from "./syslog-sink.js";

function event(msg: string): AgentEvent {
  const time = "2026-11-26T10:00:00.000Z";
  return { type: "loss", level: "warning", sequence: 0, time, msg, host: "h" } as unknown as AgentEvent;
}

/** Prints each datagram that it gets as a line; Node has no such sockets. It reads two, and then no more. */
const receiver = `use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; my $n = shift; $n =~ s/^@/\\0/;
bind($s, pack("Sa*", AF_UNIX, $n)) or die $!; $| = 1; print "bound\\n";
for (1..2) { recv($s, my $m, 4096, 0); print "$m\\n"; } <STDIN>`;

test("SyslogSink sends each event, and loses what nobody takes rather than waiting", async () => {
  const name = `@ringfence-syslog-${process.pid}`;
  const child = spawn("perl", ["-e", receiver, name], { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  const until = (word: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (text.includes(word)) resolve();
      };
      child.stdout.on("data", look);
      look();
    });
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await until("bound");
  const sink = new SyslogSink(name);
  void sink.deliver([event("one"), event("two")], 0);
  await until("two");
  const got = text.trim().split("\n").slice(1);
  assert.deepEqual(got, [syslogMessage(event("one"), process.pid), syslogMessage(event("two"), process.pid)]);
  assert.equal(sink.lost, 0);
  void sink.deliver(
    Array.from({ length: 5000 }, () => event("x".repeat(500))),
    0,
  );
  assert.ok(sink.lost > 0 && sink.lost < 5000, "its queue takes some, and then nobody waits");
  const before = sink.lost;
  const ended = once(child, "exit");
  child.stdin.end("\n");
  await ended;
  void sink.deliver([event("nobody is there")], 0);
  assert.equal(sink.lost, before + 1);
});

test("syslogMessage follows RFC 5424, and cuts what receivers need not take", () => {
  assert.match(
    syslogMessage(event("m"), 7),
    /^<28>1 2026-11-26T10:00:00\.000Z h ringfence 7 loss - \{"type":"loss".*\}$/,
  );
  const long = syslogMessage(event("y".repeat(5000)), 7);
  assert.ok(Buffer.byteLength(long) <= 2048);
  assert.match(long, /"cut":true\}$/);
});
