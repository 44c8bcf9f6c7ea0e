import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { addressOf, libc } from "@ringfence/probe";

// Runs a copy of a program that has no path: run-from-memory PROGRAM NAME ARGS...

const MEMFD_CREATE = { x64: 319, arm64: 279 } as const;

const [program = "", name = "", ...args] = process.argv.slice(2);
const number = process.arch === "arm64" ? MEMFD_CREATE.arm64 : MEMFD_CREATE.x64;
const label = Buffer.from(`${name}\0`);
const fd = libc.syscall(number, addressOf(label), 0n, 0n, 0n, 0n, 0n);
writeFileSync(fd, readFileSync(program));
const { status } = spawnSync(`/proc/${process.pid}/fd/${fd}`, args, { stdio: "inherit" });
process.exitCode = status ?? 1;
