import type { Cgroup2 } from "@ringfence/kernel";
import type { AgentConfig } from "@ringfence/model";
import { buildCgroupTable, type CgroupsNow, type CompiledPolicy } from "@ringfence/policy";
import { EXPECTED_CGROUPS, expectedPaths, expectedWithin } from "../fence/expected-cgroups.js";
import { HostFence } from "../fence/host-fence.js";
import type { LoadedFence } from "../fence/load-fence.js";
import { planSlots } from "../fence/policy-slots.js";
import { rememberCapacity } from "../fence/remembered-capacity.js";
import { ownNetwork } from "../names/own-network.js";
import { readHosts } from "../names/read-hosts.js";
import { trustedResolvers } from "../names/trusted-resolvers.js";
import type { TrustedResolvers } from "../names/write-names.js";
import type { PolicyNames } from "../observe/policy-names.js";
import { PinFolder } from "../pins/pin-folder.js";
import { aboutAbsent, absentCgroups } from "../policy/compile-policy.js";
import { type RunPolicy, summaryOf } from "../policy/index.js";
import { SeenUnits } from "../workloads/seen-units.js";
import { PolicyArchive } from "./policy-archive.js";

export interface EngineOptions {
  readonly config: AgentConfig;
  readonly objectPath: string;
  readonly cgroups: Cgroup2;
  /** What was loaded before the policy was there. */
  readonly prepared: LoadedFence | null;
  /** What runs in which cgroup now. */
  readonly workloads: () => CgroupsNow;
}

/** What the kernel judges by: the fence of this host, with the policy that was given last. */
export class Engine implements Disposable {
  readonly fence: HostFence;
  readonly #archive: PolicyArchive;
  readonly #network = ownNetwork();
  readonly #hosts = readHosts();
  readonly #workloads: EngineOptions["workloads"];
  readonly #tree: Cgroup2;
  #cgroups: PolicyCgroups;
  readonly #seen = new SeenUnits();
  /** Cgroups that the kernel will not know by their path. */
  #unforeseen = 0;

  /**
   * Puts the first policy in force: on a host that has none by new hooks, else by those of the agent before, without a
   * moment in between. Throws what `HostFence.start` throws.
   */
  constructor({ config, objectPath, cgroups, prepared, workloads }: EngineOptions, policy: RunPolicy) {
    const { cgroup, pins, state } = config.spec;
    this.#workloads = workloads;
    this.#tree = cgroups;
    this.#cgroups = cgroupsOf(policy);
    this.#archive = new PolicyArchive(state);
    const { compiled } = policy;
    // units that the agent before this one has seen are known on, whether one runs just now or not
    if (prepared?.takenOver) this.#seen.note(expectedPaths(prepared.object.rawMap("expected_cgroups")));
    const table = this.#tableNow(this.#cgroups);
    const resolvers = this.#trustedBy(policy);
    const place = { objectPath, cgroups, cgroup, pins: PinFolder.open(pins) };
    this.fence = HostFence.start({ ...place, policy: compiled, table, resolvers }, prepared);
    if (this.fence.takenOver) this.#archive.resume(this.fence.generation - 1);
    else rememberCapacity(state, planSlots(compiled, cgroups, true, table).capacity);
    this.#archive.add(summaryOf(policy).names);
  }

  get names(): PolicyNames {
    return this.#archive.names;
  }

  /** Whether it makes a difference to the policy in force what runs in which cgroup. */
  get asksCgroups(): boolean {
    return this.#cgroups.asked;
  }

  get network() {
    return this.#network;
  }

  /** Lines of the hosts file that are of no use, a full disk, and cgroups that the policy names and that are not there, or cannot be foreseen. */
  get warnings(): readonly string[] {
    const absent = absentCgroups(this.#cgroups.conditions, this.#tree);
    const { warning } = this.#archive;
    return [
      ...this.#hosts.warnings,
      ...(warning === null ? [] : [warning]),
      ...(this.#unforeseen === 0 ? [] : [aboutUnforeseen(this.#unforeseen)]),
      ...absent.map((path) => `${aboutAbsent(path)} matches nothing until it does`),
    ];
  }

  /** Puts another policy in force and returns its number. Throws RF_POLICY_LIMIT, RF_MAP_FULL: the old one then stays. */
  replace(policy: RunPolicy): number {
    const cgroups = cgroupsOf(policy);
    const generation = this.fence.replacePolicy(
      policy.compiled,
      this.#tableNow(cgroups),
      this.#trustedBy(policy),
    );
    this.#cgroups = cgroups;
    this.#archive.add(summaryOf(policy).names);
    return generation;
  }

  /**
   * Puts the policy in force again for what runs now. Returns its number; null when the whole policy is needed: `replace`.
   * Throws RF_POLICY_LIMIT, RF_MAP_FULL: what was in force stays.
   */
  renew(): number | null {
    if (!this.fence.canRenew) return null;
    const generation = this.fence.renewCgroups(this.#tableNow(this.#cgroups));
    this.#archive.repeat();
    return generation;
  }

  /** Lets go; hooks and tables stay in force. */
  close(): void {
    this.fence.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #tableNow({ conditions, firstRow }: PolicyCgroups) {
    const table = buildCgroupTable(conditions, { ...this.#workloads(), seen: this.#seen.paths }, firstRow);
    this.#unforeseen = table.expected.length - expectedWithin(table, EXPECTED_CGROUPS).length;
    this.#seen.note(table.matched);
    return table;
  }

  #trustedBy({ compiled: { names } }: RunPolicy): TrustedResolvers {
    return {
      network: this.#network.cookie,
      everywhere: true,
      addresses: names.judged ? names.resolvers : trustedResolvers(),
      hosts: this.#hosts.entries,
    };
  }
}

function aboutUnforeseen(count: number): string {
  return `${count} cgroups that profiles name or match have paths of over 254 bytes, or are beyond the first ${EXPECTED_CGROUPS}: one that starts while no agent runs is judged as what is above it`;
}

/** What is kept of a policy, to make its table of cgroups again. */
interface PolicyCgroups {
  readonly conditions: CompiledPolicy["cgroupConditions"];
  readonly firstRow: number;
  readonly asked: boolean;
}

function cgroupsOf({ compiled: { cgroup, cgroupConditions } }: RunPolicy): PolicyCgroups {
  return { conditions: cgroupConditions, firstRow: cgroup.firstRow, asked: cgroup.asked };
}
