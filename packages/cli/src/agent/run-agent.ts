import { hostResolver } from "@ringfence/agent";
import type { ControlMethods } from "@ringfence/agent/control";
import {
  Agent,
  type AgentOptions,
  agentStatus,
  type PreparedAgent,
  prepareAgent,
  releasePrepared,
  removePins,
  ServiceManager,
} from "@ringfence/agent/daemon";
import type { RunPolicy } from "@ringfence/agent/policy";
import {
  type PolicyNotice,
  ProfileManager,
  profileMethods,
  selectingProfiles,
} from "@ringfence/agent/profiles";
import { Cgroup2 } from "@ringfence/kernel";
import { type AgentConfig, RingfenceError } from "@ringfence/model";
import { OBJECT_PATH } from "../object-path.js";
import { printLine } from "../print-line.js";
import { version } from "../version.js";

/** How the agent was told to end. */
type End = "stop" | "off";

/** Runs the agent until it is told to end: what is in force then stays in force, unless it is told to take that away. */
export async function runAgent(config: AgentConfig): Promise<void> {
  using cgroups = Cgroup2.open();
  using service = new ServiceManager(process.env, (problem) => printLine(`agent: ${problem}`));
  await new AgentRun(config, cgroups, service).run();
}

/** The agent's parts, tied together: profiles decide what the kernel judges by, and the socket answers for both. */
class AgentRun {
  readonly #config: AgentConfig;
  readonly #service: ServiceManager;
  readonly #readers: number | null;
  readonly #manager: ProfileManager;
  #agent: Agent | null = null;
  #prepared: Promise<PreparedAgent> | null = null;
  #isEnding = false;
  #end: (how: End) => void = () => undefined;

  constructor(config: AgentConfig, cgroups: Cgroup2, service: ServiceManager) {
    const { profiles, state, socket } = config.spec;
    this.#config = config;
    this.#service = service;
    this.#readers = groupOf(socket.readers);
    this.#manager = new ProfileManager({
      folder: profiles,
      state,
      cgroups,
      target: { replace: (policy) => this.#replace(policy) },
      tell: (notice) => this.#tell(notice),
    });
  }

  async run(): Promise<void> {
    const told = new Promise<End>((resolve) => {
      this.#end = resolve;
    });
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => this.#end("stop"));
    const reload = () => void this.#manager.reload();
    process.on("SIGHUP", reload);
    try {
      this.#prepare();
      await this.#manager.start();
      this.#agent?.tellWorkloads();
      printLine(`agent: ${this.#agent?.engine.fence.takenOver ? "took over" : "started"}`);
      this.#service.ready(this.#summary());
      const how = await told;
      this.#service.stopping();
      await this.#stop();
      if (how === "off") removePins(this.#config.spec.pins);
    } finally {
      process.off("SIGHUP", reload);
      await this.#stop();
    }
  }

  async #stop(): Promise<void> {
    this.#isEnding = true;
    await this.#manager.stop();
    const agent = this.#agent;
    this.#agent = null;
    await agent?.stop();
    await this.#prepared?.then(releasePrepared, () => undefined);
    this.#prepared = null;
  }

  /** Begins with what needs no policy, while another process reads the profiles. What fails is thrown where it is used. */
  #prepare(): Promise<PreparedAgent> {
    const prepared = prepareAgent(this.#config, OBJECT_PATH);
    prepared.catch(() => undefined);
    this.#prepared = prepared;
    return prepared;
  }

  /** The first policy starts the kernel side. */
  async #replace(policy: RunPolicy): Promise<number> {
    if (this.#agent !== null) return this.#agent.engine.replace(policy);
    // a container may come in the last moment: nothing begins anew for it, least of all after ringfence off
    if (this.#isEnding) throw new Error("The agent is ending: what is in force stays as it is");
    const prepared = this.#prepared ?? this.#prepare();
    this.#prepared = null;
    const options: AgentOptions = {
      config: this.#config,
      objectPath: OBJECT_PATH,
      version: version(),
      readers: this.#readers,
      policy,
      profilesOf: (workload) => selectingProfiles(this.#manager.subjects, workload),
      recompile: () => this.#manager.recompile(),
      renewed: (generation) => this.#manager.renewed(generation),
      say: printLine,
      methods: (agent) => this.#methods(agent),
    };
    this.#agent = await Agent.start(options, await prepared);
    return this.#agent.engine.fence.generation;
  }

  #methods(agent: Agent): ControlMethods {
    const { engine } = agent;
    const sources = {
      engine,
      manager: this.#manager,
      cgroup: this.#config.spec.cgroup,
      version: version(),
      workloads: agent.workloads,
      sinkLosses: () => agent.sinkLosses,
    };
    return {
      ...profileMethods(this.#manager),
      status: { access: "read", handle: () => agentStatus(sources) },
      off: {
        access: "change",
        handle: async () => {
          // After the answer is on its way.
          setImmediate(() => this.#end("off"));
          return { pid: process.pid };
        },
      },
    };
  }

  #tell({ change, lines, revision, by }: PolicyNotice): void {
    const who = by === null ? "" : ` (${by})`;
    for (const line of lines) printLine(`${change}${who}: ${line}`);
    this.#service.status(this.#summary());
    if (change === "warning") return;
    const level = change === "changed" || change === "confirmed" || change === "on" ? "info" : "warning";
    const msg = lines.join("; ");
    this.#agent?.hub.publish({ type: "policy", level, msg, change, profile: null, revision, by });
  }

  #summary(): string {
    const { profiles, errors, panic } = this.#manager.status;
    if (panic !== null) return "PANIC: everything is open";
    return `profiles in force: ${profiles.length}, errors in their folder: ${errors.length}`;
  }
}

function groupOf(name: string | undefined): number | null {
  if (name === undefined) return null;
  const gid = /^\d+$/.test(name) ? Number(name) : hostResolver.gidOf(name);
  if (gid !== null) return gid;
  throw new RingfenceError("RF_CONFIG", `The group "${name}" of socket.readers does not exist`, {
    hint: "Create it with groupadd, or name another one",
  });
}
