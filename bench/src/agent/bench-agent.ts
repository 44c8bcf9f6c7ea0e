import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PinFolder } from "@ringfence/agent";
import { ControlClient } from "@ringfence/agent/control";
import type { AgentStatus } from "@ringfence/model";
import type { Cleanup } from "../host/cleanup.js";
import { places } from "../host/places.js";

/** An agent starts, and a changed folder is in force, within this; else something is broken. */
const PATIENCE_MS = 30_000;

/** A `ringfence agent` whose hooks are at a cgroup of the benchmark's, with folders, pins and a socket of its own. */
export class BenchAgent {
  readonly #folder = mkdtempSync(join(tmpdir(), "ringfence-bench-"));
  #child: ChildProcess | null = null;
  #lines: AsyncIterator<string> | null = null;

  private constructor(cgroup: string, files: ReadonlyMap<string, string>) {
    mkdirSync(this.#in("profiles"));
    mkdirSync(this.#in("bpf"));
    for (const [name, text] of files) this.writeProfile(name, text);
    writeFileSync(this.#in("ringfence.yaml"), configText(this.#folder, cgroup));
    execFileSync("mount", ["-t", "bpf", "bpf", this.#in("bpf")]);
  }

  /** Lays out its folders; `cleanup` ends it, and takes everything away. */
  static prepare(cgroup: string, files: ReadonlyMap<string, string>, cleanup: Cleanup): BenchAgent {
    const agent = new BenchAgent(cgroup, files);
    cleanup.add(async () => {
      await agent.stop();
      agent.forget();
      execFileSync("umount", [agent.#in("bpf")]);
      rmSync(agent.#folder, { recursive: true });
    });
    return agent;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error("Cannot ask an agent that was not started");
    return this.#child.pid;
  }

  /** Starts it. Returns the milliseconds until it is ready. */
  async start(): Promise<number> {
    const began = performance.now();
    const child = spawn(places.ringfence, ["agent", "--config", this.#in("ringfence.yaml")], {
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    await this.said(/agent: (?:started|took over)/);
    return performance.now() - began;
  }

  /** Waits for a line of its own. Throws what it said instead when it ends or stays silent. */
  async said(pattern: RegExp): Promise<void> {
    const lines = this.#lines;
    if (lines === null) throw new Error("Cannot listen to an agent that was not started");
    const heard: string[] = [];
    const late = setTimeout(() => this.#child?.kill("SIGKILL"), PATIENCE_MS);
    try {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`The agent ended before "${pattern.source}": ${heard.join("; ")}`);
        if (pattern.test(value)) return;
        heard.push(value);
      }
    } finally {
      clearTimeout(late);
    }
  }

  /** Puts a file of the folder there as a whole. */
  writeProfile(name: string, text: string): void {
    const file = this.#in(`profiles/${name}`);
    writeFileSync(`${file}.new`, text, { mode: 0o644 });
    renameSync(`${file}.new`, file);
  }

  async status(): Promise<AgentStatus> {
    using client = await ControlClient.connect(this.#in("agent.sock"));
    return (await client.request("status")) as AgentStatus;
  }

  /** Verdicts that its history has so far, repeats included. */
  verdicts(): number {
    const folder = this.#in("state/history");
    const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"));
    const counts = lines.map((line) => {
      if (!line.includes('"type":"verdict"')) return 0;
      return (JSON.parse(line) as { readonly count: number }).count;
    });
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Ends it in order: everything is written, and stays in force. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  /** Takes away what is in force and what it remembers, so that its next start is a first one. */
  forget(): void {
    this.unpin();
    rmSync(this.#in("state"), { recursive: true, force: true });
  }

  /** Takes away what is in force, as a boot does. */
  unpin(): void {
    PinFolder.open(this.#in("bpf/pins")).removeAll();
  }

  #in(name: string): string {
    return join(this.#folder, name);
  }
}

function configText(folder: string, cgroup: string): string {
  return `apiVersion: ringfence.dev/v1alpha1
kind: AgentConfig
spec:
  profiles: ${folder}/profiles
  cgroup: ${cgroup}
  socket: { path: ${folder}/agent.sock }
  state: ${folder}/state
  pins: ${folder}/bpf/pins
`;
}
