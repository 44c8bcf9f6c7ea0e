import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, Worker } from "node:worker_threads";
import { libc, spawnAndWait } from "@ringfence/probe";
import type { AttemptResult } from "./attempt.js";
import { tryTcp } from "./tcp.js";
import { tryUdp } from "./udp.js";

// Connects from a thread after the leader of its process has exited, and from a child of that thread.

const EXIT = { x64: 60, arm64: 93 } as const;
const EXIT_GROUP = { x64: 231, arm64: 94 } as const;
const port = Number(process.argv[2]);

function numberOf(numbers: { readonly x64: number; readonly arm64: number }): number {
  return process.arch === "arm64" ? numbers.arm64 : numbers.x64;
}

function print(name: string, result: string): void {
  writeSync(1, `${JSON.stringify({ name, result, took: 0 } satisfies AttemptResult)}\n`);
}

if (isMainThread) {
  new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
  await sleep(1000); // the worker loads meanwhile
  libc.syscall(numberOf(EXIT), 0n, 0n, 0n, 0n, 0n, 0n);
} else {
  await sleep(2500);
  print("thread tcp", tryTcp({ op: "tcp", to: "127.0.0.1", port }));
  print("thread udp", tryUdp({ op: "udp", to: "127.0.0.1", port }));
  const connect = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
  const status = spawnAndWait("/bin/bash", ["bash", "-c", `(${connect}) 2>&1 | grep -q "not permitted"`]);
  print("child", status === 0 ? "EPERM" : `status ${status}`);
  libc.syscall(numberOf(EXIT_GROUP), 0n, 0n, 0n, 0n, 0n, 0n);
}
