import { startCaller } from "../fences/start-caller.js";
import type { BenchPlace } from "../host/bench-place.js";
import { Cleanup } from "../host/cleanup.js";
import type { Effort } from "../host/effort.js";
import { ruleCgroups } from "../ladder/rule-cgroups.js";
import { serveTen } from "../network/served-namespace.js";
import { type Summary, summarize } from "../statistics/summary.js";
import { BenchAgent } from "./bench-agent.js";
import {
  type AgentLoad,
  type LoadCaseName,
  loadCaseNames,
  loadCases,
  measureLoad,
  RATE,
} from "./measure-load.js";
import { type ProfileSetName, profileFiles } from "./profile-set.js";

const START_ROUNDS = 5;
const CHANGES = 8;
/** Repeats are told every ten seconds: twice in that time. */
const LOAD_SECONDS = 20;
const CROWD = 10_000;
const HOST = "10.0.0.5";

/** An agent as a whole process, from its command to its end. Milliseconds. */
export interface AgentResults {
  readonly startRounds: number;
  /** from the command to ready, where nothing is in force */
  readonly ready: Readonly<Record<"few" | "one" | "large", Summary>>;
  /** the same where an agent before it left everything in force */
  readonly takenOver: Summary;
  /** the same where nothing is in force, and an agent ran before: after a boot */
  readonly booted: Summary;
  readonly changes: number;
  /** from a changed file of the folder to the line that says so */
  readonly reload: Readonly<Record<"many" | "large", Summary>>;
  readonly seconds: number;
  readonly rate: number;
  readonly processes: number;
  readonly load: Readonly<Record<LoadCaseName, AgentLoad>>;
}

/** Throws the signal's reason when it is aborted. */
export async function measureAgent(
  place: BenchPlace,
  effort: Effort,
  signal: AbortSignal,
): Promise<AgentResults> {
  const measure = new AgentMeasure(place, signal);
  const rounds = effort.rounds(START_ROUNDS);
  const starts = await measure.starts(rounds);
  const changes = effort.rounds(CHANGES);
  const many = await measure.reloads("many", changes);
  const large = await measure.reloads("large", changes);
  const seconds = effort.rounds(LOAD_SECONDS);
  const processes = effort.quick ? CROWD / 10 : CROWD;
  const load = await measure.loads(seconds, processes);
  return {
    startRounds: rounds,
    ...starts,
    changes,
    reload: { many, large },
    seconds,
    rate: RATE,
    processes,
    load,
  };
}

class AgentMeasure {
  readonly #place: BenchPlace;
  readonly #signal: AbortSignal;
  readonly #cgroup: string;
  readonly #cgroupOf: (index: number) => string;

  constructor(place: BenchPlace, signal: AbortSignal) {
    this.#place = place;
    this.#signal = signal;
    this.#cgroupOf = ruleCgroups(place.home);
    this.#cgroup = place.home.child("agent");
  }

  /** Starts of each kind in turn, so that what disturbs the machine disturbs all. */
  async starts(rounds: number): Promise<Pick<AgentResults, "ready" | "takenOver" | "booted">> {
    const ready = { few: [] as number[], one: [] as number[], large: [] as number[] };
    const takenOver: number[] = [];
    const booted: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const name of ["few", "one", "large"] as const) {
        await this.#with(name, async (agent) => {
          ready[name].push(await agent.start());
          if (name !== "large") return;
          await agent.stop();
          takenOver.push(await agent.start());
          await agent.stop();
          agent.unpin();
          booted.push(await agent.start());
        });
      }
    }
    return {
      ready: { few: summarize(ready.few), one: summarize(ready.one), large: summarize(ready.large) },
      takenOver: summarize(takenOver),
      booted: summarize(booted),
    };
  }

  /** Changes one file of many, back and forth, another one each time. */
  async reloads(name: "many" | "large", changes: number): Promise<Summary> {
    const took: number[] = [];
    await this.#with(name, async (agent) => {
      await agent.start();
      for (const [file, text] of [...profileFiles(name, this.#cgroupOf)].slice(0, changes)) {
        this.#signal.throwIfAborted();
        const began = performance.now();
        agent.writeProfile(file, withoutLastLine(text));
        await agent.said(/changed: /);
        took.push(performance.now() - began);
      }
    });
    return summarize(took);
  }

  /** Connects at a steady rate below the agent, among many processes. */
  async loads(seconds: number, processes: number): Promise<AgentResults["load"]> {
    const served = await serveTen(this.#place.cleanup);
    const crowd = await startCaller(this.#place, this.#cgroup, null, null);
    await crowd.order(`crowd ${processes}`);
    const caller = await startCaller(this.#place, this.#cgroup, served.namespace, null);
    await caller.order(`target ${HOST} ${served.ports}`);
    const load: Partial<Record<LoadCaseName, AgentLoad>> = {};
    for (const name of loadCaseNames) {
      const { set, call } = loadCases[name];
      load[name] = await this.#with(set, (agent) =>
        measureLoad({ agent, caller, server: served.server, call, seconds }, this.#signal),
      );
    }
    await crowd.stop();
    return load as AgentResults["load"];
  }

  async #with<T>(name: ProfileSetName, work: (agent: BenchAgent) => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    const cleanup = new Cleanup();
    try {
      return await work(BenchAgent.prepare(this.#cgroup, profileFiles(name, this.#cgroupOf), cleanup));
    } finally {
      await cleanup.run();
    }
  }
}

/** The last rule goes. */
function withoutLastLine(text: string): string {
  return `${text.trimEnd().split("\n").slice(0, -1).join("\n")}\n`;
}
