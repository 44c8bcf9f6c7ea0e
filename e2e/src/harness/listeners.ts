import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import type { ListenerStep } from "../probe/listener-step.js";
import { type FencedRun, type FenceOptions, fence } from "./fence.js";
import { program } from "./paths.js";
import { readResults } from "./probe.js";
import { type ProcessOptions, runProcess } from "./run-process.js";

/** Long enough to see that nobody answers: what is denied is also counted, so a slow machine only waits. */
const SILENCE_MS = 1500;
const PATIENCE_MS = 30_000;

export interface ListenersRun extends FencedRun {
  readonly results: Readonly<Record<string, string>>;
}

type Meanwhile = (portOf: (name: string) => number, pid: number) => Promise<void>;

const idle: Meanwhile = async () => undefined;

/** Calls `meanwhile` once the program has told its ports, and ends the program afterwards. */
class Conversation {
  readonly #meanwhile: Meanwhile;
  #talked: Promise<void> = Promise.reject(new Error("The sockets were not made"));

  constructor(meanwhile: Meanwhile) {
    this.#meanwhile = meanwhile;
    this.#talked.catch(() => undefined);
  }

  readonly onStart: NonNullable<ProcessOptions["onStart"]> = (child) => {
    let text = "";
    const onText = (more: string) => {
      text += more;
      const ports = readResults(text.slice(0, text.lastIndexOf("\n") + 1)).results["ports"];
      if (ports === undefined) return;
      child.stdout?.off("data", onText);
      const table = JSON.parse(ports) as Readonly<Record<string, number>>;
      const portOf = (name: string) => table[name] ?? 0;
      this.#talked = this.#meanwhile(portOf, child.pid ?? 0).finally(() => child.stdin?.end("\n"));
      this.#talked.catch(() => undefined);
    };
    child.stdout?.on("data", onText);
  };

  /** Throws what went wrong in between, with what the program said of its sockets. */
  async end(said: string): Promise<void> {
    try {
      await this.#talked;
    } catch (error) {
      throw new Error(`${(error as Error).message}; the sockets: ${said}`, { cause: error });
    }
  }
}

function command(steps: readonly ListenerStep[]): string[] {
  return [process.execPath, program("probe/listeners.js"), JSON.stringify(steps)];
}

/** Takes the steps in a fence, and lets `meanwhile` talk to the sockets' ports before it counts what they got. */
export async function listeners(
  steps: readonly ListenerStep[],
  options: FenceOptions,
  meanwhile: Meanwhile = idle,
): Promise<ListenersRun> {
  const conversation = new Conversation(meanwhile);
  const run = await fence(command(steps), { ...options, input: null, onStart: conversation.onStart });
  assert.equal(run.code, 0, run.stderr);
  await conversation.end(run.stdout);
  return { ...run, results: readResults(run.stdout).results };
}

/** The same outside any fence, in that folder of the cgroup file system. */
export async function listenersIn(
  folder: string,
  steps: readonly ListenerStep[],
  meanwhile: Meanwhile,
): Promise<Readonly<Record<string, string>>> {
  const conversation = new Conversation(meanwhile);
  const via = ["sh", "-c", `echo 0 >"${folder}/cgroup.procs" && exec "$@"`, "sh"];
  const [file = "", ...args] = command(steps);
  const { stdout } = await runProcess(file, args, { via, input: null, onStart: conversation.onStart });
  await conversation.end(stdout);
  return readResults(stdout).results;
}

/** Whether a TCP connection from that address came about; "silence" when nobody answered at all. */
async function tryConnect(host: string, port: number, from: string, patience: number): Promise<string> {
  const socket: Socket = connect({ host, port, localAddress: from });
  const result = await new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve("silence"), patience);
    socket.once("connect", () => resolve("connected"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.once("close", () => clearTimeout(timer));
  });
  socket.destroy();
  return result;
}

/** Fails unless a connection comes about. */
export async function connects(host: string, port: number, from: string): Promise<void> {
  assert.equal(await tryConnect(host, port, from, PATIENCE_MS), "connected", `${from} to ${host} ${port}`);
}

/** Fails unless nobody answers. */
export async function isIgnored(host: string, port: number, from: string): Promise<void> {
  assert.equal(await tryConnect(host, port, from, SILENCE_MS), "silence", `${from} to ${host} ${port}`);
}

/** Connects again and again, each for a moment, until nobody answers any more. */
export async function untilIgnored(host: string, port: number, from: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    if ((await tryConnect(host, port, from, SILENCE_MS)) === "silence") return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${from} still connects to ${host} ${port}`);
}

/** How many of that many connections at once come about. */
export async function countConnects(
  times: number,
  host: string,
  port: number,
  from: string,
): Promise<number> {
  const results = await Promise.all(
    Array.from({ length: times }, () => tryConnect(host, port, from, SILENCE_MS)),
  );
  return results.filter((result) => result === "connected").length;
}

/** Sends a datagram; over loopback it has arrived, or was dropped, when this is done. */
export async function sendDatagram(host: string, port: number, from: string): Promise<void> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((resolve) => socket.bind(0, from, resolve));
  await new Promise<void>((resolve, reject) =>
    socket.send("datagram", port, host, (error) => (error === null ? resolve() : reject(error))),
  );
  socket.close();
}
