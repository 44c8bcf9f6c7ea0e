import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PinFolder } from "@ringfence/agent";
import { TestCgroup } from "./cgroups.js";
import { ringfencePath } from "./paths.js";
import { type FinishedProcess, runProcess } from "./run-process.js";
import { agentCgroup, agentFolder, sweepAgents } from "./sweep.js";

sweepAgents();

/** An agent whose hooks are at a cgroup of the test's, or at the root, with folders, pins and a socket of its own. */
export class TestAgent implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), agentFolder));
  readonly cgroup: TestCgroup;
  readonly socket = join(this.folder, "agent.sock");
  /** all that agents of this test printed */
  printed = "";
  #child: ChildProcess | null = null;

  /** @param spec more keys of its configuration, as a line of YAML */
  constructor(
    name: string,
    profiles: Readonly<Record<string, string>> = {},
    { atRoot = false, spec = "" } = {},
  ) {
    chmodSync(this.folder, 0o755);
    for (const part of ["profiles", "bpf"]) mkdirSync(join(this.folder, part));
    execFileSync("mount", ["-t", "bpf", "bpf", join(this.folder, "bpf")]);
    this.cgroup = TestCgroup.make(agentCgroup(name));
    for (const [file, text] of Object.entries(profiles)) this.writeProfile(file, text);
    writeFileSync(this.config, `${this.#configText(atRoot ? "/" : this.cgroup.path)}  ${spec}\n`);
  }

  get config(): string {
    return join(this.folder, "ringfence.yaml");
  }

  get pins(): string {
    return join(this.folder, "bpf/pins");
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  writeProfile(file: string, text: string): void {
    writeFileSync(join(this.folder, "profiles", file), text);
  }

  /** Resolves when it says that it is ready. */
  async start(via: readonly string[] = []): Promise<void> {
    const [file = ringfencePath, ...words] = [...via, ringfencePath, "agent", "--config", this.config];
    const child = spawn(file, words, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const before = this.printed.length;
    const ended = once(child, "exit");
    const ready = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          this.printed += text;
          if (/agent: (?:started|took over)/.test(this.printed.slice(before))) resolve();
        });
      }
    });
    await Promise.race([ready, ended]);
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The agent ended at its start: ${this.printed.slice(before)}`);
  }

  /** The text of all events that were written so far. */
  history(): string {
    const folder = join(this.folder, "state/history");
    return readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("");
  }

  /** What comes of a start with another configuration. */
  async refused(config: string, text: string): Promise<FinishedProcess> {
    writeFileSync(config, text);
    return await runProcess(ringfencePath, ["agent", "--config", config]);
  }

  /** Ends the process: by SIGKILL at once, by SIGTERM in order. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
    PinFolder.open(this.pins).removeAll();
    execFileSync("umount", [join(this.folder, "bpf")]);
    rmSync(this.folder, { recursive: true });
    await this.cgroup[Symbol.asyncDispose]();
  }

  #configText(cgroup: string): string {
    return `apiVersion: ringfence.dev/v1alpha1
kind: AgentConfig
spec:
  profiles: ${this.folder}/profiles
  cgroup: ${cgroup}
  socket: { path: ${this.socket} }
  state: ${this.folder}/state
  pins: ${this.pins}
  workloads: { runc: [${this.folder}/runc], podman: ${this.folder}/podman }
`;
  }
}
