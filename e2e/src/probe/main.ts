import { writeSync } from "node:fs";
import type { Attempt, AttemptResult } from "./attempt.js";
import { tryBorrowed } from "./borrowed.js";
import { tryDatagrams } from "./datagrams.js";
import { tryOption } from "./options.js";
import { tryPacket } from "./packets.js";
import { tryProcess } from "./process.js";
import { tryTcp } from "./tcp.js";
import { tryUdp } from "./udp.js";

// Tries what its argument lists, as JSON, and prints one line of JSON per attempt.

function run(attempt: Attempt): string {
  switch (attempt.op) {
    case "tcp":
      return tryTcp(attempt);
    case "udp":
      return tryUdp(attempt);
    case "datagrams":
      return tryDatagrams(attempt);
    case "ping":
    case "raw-udp":
    case "raw-fragment":
    case "raw-sctp":
    case "socket":
    case "frame":
      return tryPacket(attempt);
    case "borrowed":
      return tryBorrowed(attempt);
    case "option":
      return tryOption(attempt);
    default:
      return tryProcess(attempt);
  }
}

for (const attempt of JSON.parse(process.argv[2] ?? "[]") as Attempt[]) {
  const started = performance.now();
  const result = run(attempt);
  const line: AttemptResult = { name: attempt.name, result, took: performance.now() - started };
  writeSync(1, `${JSON.stringify(line)}\n`);
}
