import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { addressOf, errnoName, libc } from "@ringfence/probe";
import type { AttemptResult } from "./attempt.js";
import { tryTcp } from "./tcp.js";

// Tries to be rid of all that holds the fence: shed-pins PORT. A child leaves the mount namespace with the pins for one
// of its own and detaches the old tree there; then this process kills supervisor and guardian, and ends.

const PIVOT_ROOT = { x64: 155, arm64: 41 } as const;
const MNT_DETACH = 2;
const RUNS = "/run/ringfence/runs";
const [port = "", mode = "parent"] = process.argv.slice(2);

function print(name: string, result: string): void {
  writeSync(1, `${JSON.stringify({ name, result, took: 0 } satisfies AttemptResult)}\n`);
}

function connect(): string {
  return tryTcp({ op: "tcp", to: "127.0.0.1", port: Number(port) });
}

function attempt(name: string, returned: number): void {
  print(name, returned < 0 ? errnoName() : "ok");
}

function kill(name: string, pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
    print(name, "ok");
  } catch (error) {
    print(name, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

/** The guardian of the run whose supervisor has this process id. */
function guardianOf(supervisor: number): number {
  const note = readdirSync(RUNS).find((name) => name.startsWith(`${supervisor}-`) && name.endsWith(".json"));
  const state = JSON.parse(readFileSync(`${RUNS}/${note}`, "utf8")) as { guardian: { pid: number } };
  return state.guardian.pid;
}

async function parent(): Promise<void> {
  const supervisor = process.ppid;
  const own = ["unshare", "--user", "--map-root-user", "--mount", "--propagation", "unchanged"];
  const child = spawn(
    "setsid",
    [...own, process.execPath, fileURLToPath(import.meta.url), port, "child"],
    // the child reads until we have ended, and says in the fourth that its tree is shed
    { stdio: ["pipe", "inherit", "inherit", "pipe"] },
  );
  const shed = child.stdio[3];
  if (shed) await once(shed, "data");
  const guardian = guardianOf(supervisor);
  kill("kill supervisor", supervisor);
  kill("kill guardian", guardian);
  process.exit(0);
}

async function child(): Promise<void> {
  const number = process.arch === "arm64" ? PIVOT_ROOT.arm64 : PIVOT_ROOT.x64;
  const text = (value: string) => Buffer.from(`${value}\0`);
  attempt("tmpfs", libc.mount(text("none"), text("/tmp"), text("tmpfs"), 0, null));
  process.chdir("/tmp");
  const here = text(".");
  const moved = libc.syscall(number, addressOf(here), addressOf(here), 0n, 0n, 0n, 0n);
  attempt("pivot_root", moved);
  // the old root now lies on top of the new one
  if (moved === 0) attempt("detach", libc.umount2(here, MNT_DETACH));
  writeSync(3, "shed");
  while (readSync(0, new Uint8Array(1)) > 0);
  print("alone", connect());
  await sleep(2000); // what the kernel does when the last user of a file system or a link goes takes a while
  print("later", connect());
}

await (mode === "child" ? child() : parent());
