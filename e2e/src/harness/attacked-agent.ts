import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentEvent } from "@ringfence/model";
import { TestAgent } from "./agent.js";
import { profile } from "./profile.js";
import { runProcess } from "./run-process.js";
import { TwoNetworks } from "./two-networks.js";
import { until } from "./until.js";

export type AlertEvent = Extract<AgentEvent, { type: "alert" }>;

/** An agent that watches one cgroup, and a network from which it can be attacked. */
export class AttackedAgent implements AsyncDisposable {
  readonly networks = new TwoNetworks();
  readonly agent: TestAgent;
  readonly #children: ChildProcess[] = [];

  /** @param attacks that key of the configuration, as JSON has it */
  constructor(name: string, attacks: object = {}) {
    this.agent = new TestAgent(name, { "all.yaml": profile("everything", { mode: "audit" }) });
    const text = `  attacks: ${JSON.stringify(attacks)}\n  events: { file: { path: ${this.#file} } }\n`;
    appendFileSync(this.agent.config, text);
  }

  get #file(): string {
    return join(this.agent.folder, "events.ndjson");
  }

  /** Runs a program where the agent watches, to its end. */
  async inside(...command: readonly string[]): Promise<string> {
    return await run([...this.agent.cgroup.via, ...this.networks.inside, ...command]);
  }

  /** Runs a program on the other side, to its end. */
  async outside(...command: readonly string[]): Promise<string> {
    return await run([...this.networks.outside, ...command]);
  }

  /** Starts a server on one side, and waits until it prints a line. */
  async serve(side: "inside" | "outside", ...command: readonly string[]): Promise<ChildProcess> {
    const via =
      side === "inside" ? [...this.agent.cgroup.via, ...this.networks.inside] : this.networks.outside;
    const [file = "", ...words] = [...via, ...command];
    const child = spawn(file, words, { stdio: ["ignore", "pipe", "inherit"], detached: true });
    this.#children.push(child);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    return child;
  }

  get events(): AgentEvent[] {
    if (!existsSync(this.#file)) return [];
    const lines = readFileSync(this.#file, "utf8").split("\n");
    return lines.slice(0, -1).map((line) => JSON.parse(line) as AgentEvent);
  }

  alerts(detector?: string): AlertEvent[] {
    return this.events.filter(
      (event): event is AlertEvent =>
        event.type === "alert" && (detector === undefined || event.detector === detector),
    );
  }

  /** The first alert of a detector that is of that kind. Throws when there is none. */
  async alert(detector: string, isMeant: (alert: AlertEvent) => boolean = () => true): Promise<AlertEvent> {
    const find = () => this.alerts(detector).find(isMeant);
    await until(() => find() !== undefined, 20_000);
    const alert = find();
    if (alert === undefined) throw new Error(`No alert of "${detector}": ${this.agent.printed}`);
    return alert;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) endGroup(child);
    await this.agent[Symbol.asyncDispose]();
    this.networks[Symbol.dispose]();
  }
}

/** Ends a server with what it started, as git does. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function run(command: readonly string[]): Promise<string> {
  const [file = "", ...words] = command;
  const { stdout, stderr, code } = await runProcess(file, words);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
}
