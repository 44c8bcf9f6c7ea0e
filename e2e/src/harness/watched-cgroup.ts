import { execFileSync } from "node:child_process";
import {
  type EventHandlers,
  Executables,
  HostFence,
  hostResolver,
  OVERFLOW_ROWS,
  PinFolder,
  readEvent,
  readFence,
  readLosses,
} from "@ringfence/agent";
import { Cgroup2, layout, RingBufferReader, StructCodec, u32Codec } from "@ringfence/kernel";
import { cgroupTableOf, compile } from "@ringfence/policy";
import { parsePolicy } from "@ringfence/policy/parse";
import { objectPath } from "./altered-object.js";
import { TestCgroup } from "./cgroups.js";

import { profile } from "./profile.js";
import { type FinishedProcess, type ProcessOptions, runProcess } from "./run-process.js";
import { temporaryFolder } from "./temporary-folder.js";

/** What the kernel told, by kind, in the order in which it came. */
export interface Told {
  readonly connections: layout.rf_connection_event[];
  readonly listeners: layout.rf_listen_event[];
  readonly execs: layout.rf_exec_event[];
  readonly exits: layout.rf_exit_event[];
  readonly strays: layout.rf_stray_event[];
  readonly verdicts: layout.rf_verdict_event[];
  /** What rows had counted that were given to other flows. */
  readonly flows: layout.rf_flow[];
}

/** A cgroup of the test's own, with an agent's programs at it: everybody inside is judged and watched. */
export class WatchedCgroup implements AsyncDisposable {
  readonly cgroup: TestCgroup;
  readonly fence: HostFence;
  readonly #pins = temporaryFolder();
  readonly executables: Executables;
  readonly told: Told = {
    connections: [],
    listeners: [],
    execs: [],
    exits: [],
    strays: [],
    verdicts: [],
    flows: [],
  };
  readonly #cgroups = Cgroup2.open();
  readonly #reader: RingBufferReader;

  constructor(name: string) {
    this.cgroup = TestCgroup.make(`rf-e2e-${process.pid}-${name}`);
    const { profiles } = parsePolicy(
      profile("everything", { mode: "audit" }),
      "everything.yaml",
      hostResolver,
    );
    execFileSync("mount", ["-t", "bpf", "bpf", this.#pins]);
    const policy = compile(profiles, { workloads: [] });
    this.fence = HostFence.start({
      objectPath,
      policy,
      table: cgroupTableOf(policy),
      cgroups: this.#cgroups,
      cgroup: this.cgroup.path,
      pins: PinFolder.open(`${this.#pins}/ringfence`),
      resolvers: { network: 0n, addresses: [] },
    });
    this.executables = new Executables(this.fence.object.rawMap("executables"));
    this.#reader = RingBufferReader.fromFd(this.fence.object.mapFd("events"));
  }

  /** Runs a program inside, to its end, and reads what was told. */
  async run(command: readonly string[], options: Omit<ProcessOptions, "via"> = {}): Promise<FinishedProcess> {
    const [file = "", ...args] = command;
    const finished = await runProcess(file, args, { ...options, via: this.cgroup.via });
    this.read();
    return finished;
  }

  read(): Told {
    const { told } = this;
    const handlers: EventHandlers = {
      onVerdict: (event) => told.verdicts.push(event),
      onConnection: (event) => told.connections.push(event),
      onListen: (event) => told.listeners.push(event),
      onExec: (event) => told.execs.push(event),
      onExit: (event) => told.exits.push(event),
      onStray: (event) => told.strays.push(event),
      onFlow: ({ flow }) => told.flows.push(flow),
    };
    // what is kept must outlive the ring's memory
    this.#reader.drain((view, offset, length) => {
      const copy = new Uint8Array(view.buffer, view.byteOffset + offset, length).slice();
      readEvent(new DataView(copy.buffer), 0, handlers);
    });
    return told;
  }

  /** From now on so few rows count what flows there are. */
  limitFlows(rows: number): void {
    const { object } = this.fence;
    const state = readFence(object.rawMap("fence"));
    const codec = new StructCodec(layout.rf_fence, "rf_fence");
    object.map("fence", u32Codec, codec).set(0, { ...state, flow_limit: OVERFLOW_ROWS + rows });
  }

  /** Events that found no room. */
  get lost(): number {
    return readLosses(this.fence.object.rawMap("losses"), 0).events;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.close();
    this.fence.close();
    execFileSync("umount", [this.#pins]);
    this.#cgroups.close();
    await this.cgroup[Symbol.asyncDispose]();
  }
}
