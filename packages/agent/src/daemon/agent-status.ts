import { readdirSync } from "node:fs";
import type { AgentStatus } from "@ringfence/model";
import { isInSubtree, type ProcessFacts } from "@ringfence/policy";
import { liveProcess } from "../host/live-process.js";
import { readLosses } from "../observe/losses.js";
import { errorOf } from "../policy/plain-error.js";
import type { ProfileManager } from "../profiles/profile-manager.js";
import type { WorkloadTable } from "../workloads/workload-table.js";
import type { Engine } from "./engine.js";
import { CUT_ONLY } from "./loss-watch.js";
import { whyUncovered } from "./why-uncovered.js";

const NO_GUARD =
  "address families other than IP are not judged, as this kernel lets BPF programs refuse no socket: AF_PACKET, vsock, and other raw ways out stay open to who has the privilege";

/** What the status is made of. */
export interface StatusSources {
  readonly engine: Engine;
  readonly manager: ProfileManager;
  /** Path of the cgroup where the hooks are. */
  readonly cgroup: string;
  readonly version: string;
  /** What runs here. */
  readonly workloads: WorkloadTable;
  /** Events that could not be written, by where they are missing. */
  readonly sinkLosses: () => Readonly<Record<string, number>>;
}

/** Whether this host is covered, and by what. */
export async function agentStatus(sources: StatusSources): Promise<AgentStatus> {
  const { engine, manager, cgroup, version, workloads, sinkLosses } = sources;
  const { fence } = engine;
  const { generation, revision, panic, confirmWithin, profiles, errors, warnings } = manager.status;
  const coverage = await manager.coverage(processesBelow(cgroup, workloads));
  const undone = fence.undone();
  const { [CUT_ONLY]: _, ...losses } = readLosses(fence.object.rawMap("losses"), 0);
  const facts = {
    schema: "ringfence.status/v1" as const,
    agent: { pid: process.pid, version, takenOver: fence.takenOver },
    hooks: { cgroup, attached: fence.hooks.filter((name) => !undone.includes(name)), undone },
    generation,
    revision,
    panic,
    confirmWithin,
    profiles: profiles.map(({ name, mode, location, rules }) => {
      const { processes = 0, cgroups = 0 } = coverage.find(({ profile }) => profile === name) ?? {};
      return { name, mode, file: location.file, rules, processes, cgroups };
    }),
    errors: errors.map((error) => errorOf(error).format()),
    warnings: [...warnings, ...engine.warnings],
    losses: { ...losses, ...sinkLosses() },
    degraded: fence.familyGuard === null ? [NO_GUARD] : [],
  };
  const reasons = whyUncovered(facts);
  return { ...facts, covered: reasons.length === 0, reasons: [...reasons] };
}

function processesBelow(cgroup: string, workloads: WorkloadTable): readonly ProcessFacts[] {
  const containerOf = (path: string) => workloads.containerAt(path);
  return readdirSync("/proc").flatMap((name) => {
    const facts = Number(name) > 0 ? liveProcess(Number(name), containerOf)?.facts : undefined;
    return facts !== undefined && isInSubtree(cgroup, facts.cgroup) ? [facts] : [];
  });
}
