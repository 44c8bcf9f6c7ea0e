import { hostname } from "node:os";
import type { Cgroup2 } from "@ringfence/kernel";
import type { AgentConfig, Workload } from "@ringfence/model";
import { attackMethods } from "../attacks/attack-methods.js";
import { type AgentLock, type ControlMethods, ControlServer } from "../control/index.js";
import { AgentClock } from "../events/agent-clock.js";
import { AgentSinks } from "../events/agent-sinks.js";
import { EventHub } from "../events/event-hub.js";
import { eventsMethods } from "../events/events-methods.js";
import { type Attendance, DEAD_AFTER_MS } from "../fence/attendance.js";
import { bootMs } from "../observe/boot-clock.js";
import { readLosses } from "../observe/losses.js";
import { PinFolder } from "../pins/pin-folder.js";
import type { RunPolicy } from "../policy/index.js";
import { eventWorkload } from "../workloads/event-workload.js";
import { NewCgroups } from "../workloads/new-cgroups.js";
import { cgroupsNow } from "../workloads/policy-workloads.js";
import { knownRuntimes } from "../workloads/runtimes/known-runtimes.js";
import { WorkloadEvents } from "../workloads/workload-events.js";
import { workloadHost } from "../workloads/workload-host.js";
import { workloadMethods } from "../workloads/workload-methods.js";
import { WorkloadTable } from "../workloads/workload-table.js";
import { WorkloadWatch } from "../workloads/workload-watch.js";
import { Engine } from "./engine.js";
import { EventPump } from "./event-pump.js";
import { LossWatch, lossEvent, missedEvent, REPEATS } from "./loss-watch.js";
import { type PreparedAgent, releasePrepared } from "./prepare-agent.js";

/** How soon losses, and hooks that somebody undid, are noticed. */
const TICK_MS = 500;

/** So long repeats are joined where nobody watches. */
const FOLD_MS = 10_000;

/** How often tables that only grow are looked at. */
const PRUNE_MS = 5_000;

export interface AgentOptions {
  readonly config: AgentConfig;
  readonly objectPath: string;
  readonly version: string;
  /** Number of the group whose members may read; null when only root may. */
  readonly readers: number | null;
  /** The policy to begin with. */
  readonly policy: RunPolicy;
  /** Names of the profiles in force that select a workload. */
  readonly profilesOf: (workload: Workload) => readonly string[];
  /** Compiles the policy in force again, and puts it in force. */
  readonly recompile: () => Promise<void>;
  /** Told when it was put in force again for containers that came or went: its number is another one. */
  readonly renewed: (generation: number) => void;
  /** Gets a line for people, where something is wrong that stops nothing. */
  readonly say: (text: string) => void;
  /** What the agent can be asked, by the parts that answer it. */
  readonly methods: (agent: Agent) => ControlMethods;
}

/** A host under policy: enforcement in the kernel, events in the hub, answers on the socket. */
export class Agent {
  readonly hub: EventHub;
  readonly engine: Engine;
  readonly #locks: readonly AgentLock[];
  readonly #cgroups: Cgroup2;
  readonly #options: AgentOptions;
  readonly #pump: EventPump;
  readonly #clock: AgentClock;
  readonly #losses: LossWatch;
  readonly #attendance: Attendance;
  readonly #sinks: AgentSinks;
  readonly #tick: NodeJS.Timeout;
  readonly #prune: NodeJS.Timeout;
  readonly #fold: NodeJS.Timeout;
  readonly #workloads: WorkloadWatch;
  readonly #workloadEvents: WorkloadEvents;
  #lookedAt = performance.now();
  #isRecompiling = false;
  #server: ControlServer | null = null;

  private constructor(options: AgentOptions, { locks, cgroups, fence: prepared }: PreparedAgent) {
    const { config, policy, objectPath } = options;
    const clock = new AgentClock();
    this.#options = options;
    this.#locks = locks;
    this.#cgroups = cgroups;
    this.hub = new EventHub({ host: hostname(), labels: config.spec.labels, clock });
    this.#sinks = new AgentSinks(this.hub, config.spec, options.say);
    const runtimes = knownRuntimes(config.spec.workloads);
    // what runs before anybody watches
    let table = new WorkloadTable(workloadHost(cgroups, runtimes));
    const workloads = () => cgroupsNow(table);
    this.engine = new Engine({ config, objectPath, cgroups, prepared, workloads }, policy);
    this.#attendance = this.engine.fence.attendance;
    this.#losses = new LossWatch(this.#readLosses());
    const toIso = (ns: bigint) => clock.toIso(bootMs(ns));
    this.#clock = clock;
    this.#workloads = new WorkloadWatch({
      cgroups,
      runtimes,
      newCgroups: new NewCgroups(this.engine.fence.object),
      isAsked: () => this.engine.asksCgroups,
      apply: () => this.#renew(),
      failed: (error) => options.say(`agent: new containers stay closed: ${String(error)}`),
    });
    table = this.#workloads.table;
    this.#workloadEvents = new WorkloadEvents({
      table: this.workloads,
      profilesOf: options.profilesOf,
      publish: (draft) => this.hub.publish(draft),
    });
    this.#pump = new EventPump({
      engine: this.engine,
      hub: this.hub,
      workloadOf: (id) => this.#workloadOf(id),
      toIso,
      onLooked: (waiting) => this.#attendance.note(waiting + this.#sinks.waiting),
      onCgroup: (event) => this.#workloads.onCgroup(event),
      attacks: config.spec.attacks,
      fold: config.spec.events.fold,
    });
    this.hub.subscribe({ name: "responses", filter: { types: ["policy"] } }, (events) => {
      for (const event of events) {
        if (event.type !== "policy") continue;
        if (event.change === "panic" || event.change === "on")
          this.#pump.responder.standDown(event.change === "panic");
      }
    });
    this.#tick = setInterval(() => this.#look(), TICK_MS);
    this.#prune = setInterval(() => this.engine.fence.prune(), PRUNE_MS);
    this.#fold = setInterval(() => this.#tellRepeats(), FOLD_MS);
  }

  /** Throws what `HostFence.start` throws; `prepared` is this agent's, or let go of, in any case. */
  static async start(options: AgentOptions, prepared: PreparedAgent): Promise<Agent> {
    const { socket, pins } = options.config.spec;
    let agent: Agent | null = null;
    try {
      agent = new Agent(options, prepared);
      agent.#server = await ControlServer.start({
        path: socket.path,
        readers: options.readers,
        methods: {
          ...agent.#pumpMethods(),
          ...workloadMethods(agent.#workloads, prepared.cgroups),
          ...options.methods(agent),
        },
      });
      agent.#announce(agent.engine.fence.takenOver ? "taken-over" : "started");
      agent.#tellMissed();
      return agent;
    } catch (error) {
      if (agent === null) {
        releasePrepared(prepared);
      } else {
        await agent.stop();
        // what an agent before this one had put in force stays; what nobody asked for any more does not
        if (!agent.engine.fence.takenOver) PinFolder.open(pins).removeAll();
      }
      throw error;
    }
  }

  /** Ends the process's part. Hooks and tables stay in force. */
  async stop(): Promise<void> {
    clearInterval(this.#tick);
    clearInterval(this.#prune);
    clearInterval(this.#fold);
    await this.#server?.stop();
    await this.#workloads.stop();
    await this.#pump.stop();
    this.#announce("stopped");
    await this.hub.drained();
    await this.#sinks.close();
    this.#attendance.note(0);
    this.engine.close();
    this.#cgroups.close();
    for (const lock of this.#locks) lock.release();
  }

  /** Events that could not be written, by where they are missing. */
  get sinkLosses(): Readonly<Record<string, number>> {
    const { lost } = this.#attendance;
    return { ...this.#sinks.losses, ...(lost > 0 ? { [REPEATS]: lost } : {}) };
  }

  /** What runs here. */
  get workloads(): WorkloadTable {
    return this.#workloads.table;
  }

  /** Tells what runs here: to be called when the profiles in force are known. */
  tellWorkloads(): void {
    this.#workloadEvents.begin();
  }

  #workloadOf(cgroupId: bigint) {
    const workload = this.workloads.latelyOf(cgroupId);
    return workload === null ? null : eventWorkload(workload);
  }

  #announce(change: "started" | "taken-over" | "stopped"): void {
    const { version } = this.#options;
    this.hub.publish({ type: "agent", level: "info", msg: `agent ${version} ${change}`, change, version });
  }

  #tellMissed(): void {
    const { missed } = this.#attendance;
    if (missed === 0) return;
    this.hub.publish(missedEvent(missed));
    void this.hub.drained().then(() => this.#attendance.settle());
  }

  #pumpMethods(): ControlMethods {
    return {
      ...eventsMethods(this.hub, () => this.#pump.flush()),
      ...attackMethods(() => this.#pump.attacks, this.#pump.shutOut),
    };
  }

  #readLosses() {
    return readLosses(this.engine.fence.object.rawMap("losses"), 0);
  }

  #tellRepeats(): void {
    void this.#sinks.flush();
    this.#pump.flush();
  }

  #look(): void {
    const { fence } = this.engine;
    const wasAbsent = performance.now() - this.#lookedAt > DEAD_AFTER_MS;
    this.#lookedAt = performance.now();
    this.#attendance.attend();
    this.#pump.lookForAttacks(this.#clock.bootMs());
    this.#losses.look(this.#readLosses(), (lost, place) => this.hub.publish(lossEvent(lost, place)));
    const undone = fence.undone();
    if (undone.length > 0) {
      fence.restore(undone);
      this.hub.publish(tamperingEvent("hooks", undone));
    }
    // who was stopped for long was dead to the kernel: what opened meanwhile is judged again
    if (this.#tellRewritten() || wasAbsent) this.#recompile();
  }

  #tellRewritten(): boolean {
    const { isRewritten } = this.engine.fence;
    if (isRewritten) this.hub.publish(tamperingEvent("the policy in force", ["active", "policy"]));
    return isRewritten;
  }

  /** Puts the policy in force again for what runs now; the whole policy, where somebody changed it or there is no other way. */
  async #renew(): Promise<void> {
    const generation = this.#tellRewritten() ? null : this.engine.renew();
    if (generation === null) await this.#options.recompile();
    else this.#options.renewed(generation);
  }

  #recompile(): void {
    if (this.#isRecompiling) return;
    this.#isRecompiling = true;
    const { recompile, say } = this.#options;
    recompile()
      .catch((error: unknown) => say(`agent: the policy cannot be put in force again: ${String(error)}`))
      .finally(() => {
        this.#isRecompiling = false;
      });
  }
}

function tamperingEvent(what: string, names: readonly string[]) {
  const now = new Date().toISOString();
  return {
    type: "alert" as const,
    level: "warning" as const,
    msg: `somebody undid ${what} of this agent, which was put right: ${names.join(", ")}`,
    process: null,
    workload: null,
    count: 1,
    firstSeen: now,
    lastSeen: now,
    detector: "tampering",
    severity: "high" as const,
    address: null,
    port: null,
    evidence: { objects: [...names] },
    response: "attached, pinned or put in force again",
  };
}
