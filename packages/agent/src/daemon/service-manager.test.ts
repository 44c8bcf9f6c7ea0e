import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { ServiceManager } from "./service-manager.js";

/** Prints each datagram that it gets as a line; Node has no such sockets. */
const receiver = `use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; my $n = shift; $n =~ s/^@/\\0/;
bind($s, pack("Sa*", AF_UNIX, $n)) or die $!; $| = 1; print "bound\\n"; while (defined recv($s, my $m, 4096, 0)) { $m =~ s/\\n/ /g; print "$m\\n"; }`;

test("ServiceManager says that it is ready, what it does, that it lives and that it ends", async () => {
  const socket = `@ringfence-notify-${process.pid}`;
  const child = spawn("perl", ["-e", receiver, socket], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const until = async (words: string) => {
    while (!text.includes(words)) await once(child.stdout, "data");
  };
  const keepAlive = setInterval(() => undefined, 1000);
  try {
    await until("bound");
    const environment = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "20000", WATCHDOG_PID: String(process.pid) };
    using manager = new ServiceManager(environment, assert.fail);
    manager.ready("2 profiles");
    await until("READY=1 STATUS=2 profiles");
    await until("WATCHDOG=1");
    manager.status("3 profiles");
    await until("STATUS=3 profiles\n");
    manager.stopping();
    await until("STOPPING=1");
  } finally {
    clearInterval(keepAlive);
    child.kill();
  }
});

test("ServiceManager is silent without a service manager, and goes on when that one is gone", () => {
  new ServiceManager({}, assert.fail).ready("x");
  const problems: string[] = [];
  new ServiceManager({ NOTIFY_SOCKET: "/nowhere/socket" }, (problem) => problems.push(problem)).ready("x");
  assert.match(problems.join(), /Cannot send to the socket "\/nowhere\/socket"/);
});
