import type { Cgroup2 } from "@ringfence/kernel";
import type { AgentConfig } from "@ringfence/model";
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
import { type RunPolicy, summaryOf } from "../policy/index.js";
import { PolicyArchive } from "./policy-archive.js";

export interface EngineOptions {
  readonly config: AgentConfig;
  readonly objectPath: string;
  readonly cgroups: Cgroup2;
  /** What was loaded before the policy was there. */
  readonly prepared: LoadedFence | null;
}

/** What the kernel judges by: the fence of this host, with the policy that was given last. */
export class Engine implements Disposable {
  readonly fence: HostFence;
  readonly #archive: PolicyArchive;
  readonly #network = ownNetwork();
  readonly #hosts = readHosts();
  #asksCgroups: boolean;

  /**
   * Puts the first policy in force: on a host that has none by new hooks, else by those of the agent before, without a
   * moment in between. Throws what `HostFence.start` throws.
   */
  constructor({ config, objectPath, cgroups, prepared }: EngineOptions, policy: RunPolicy) {
    const { cgroup, pins, state } = config.spec;
    this.#asksCgroups = policy.compiled.cgroup.asked;
    this.#archive = new PolicyArchive(state);
    const { compiled } = policy;
    const resolvers = this.#trustedBy(policy);
    const place = { objectPath, cgroups, cgroup, pins: PinFolder.open(pins) };
    this.fence = HostFence.start({ ...place, policy: compiled, resolvers }, prepared);
    if (this.fence.takenOver) this.#archive.resume(this.fence.generation - 1);
    else rememberCapacity(state, planSlots(compiled, cgroups, true).capacity);
    this.#archive.add(summaryOf(policy).names);
  }

  get names(): PolicyNames {
    return this.#archive.names;
  }

  /** Whether it makes a difference to the policy in force what runs in which cgroup. */
  get asksCgroups(): boolean {
    return this.#asksCgroups;
  }

  get network() {
    return this.#network;
  }

  /** Lines of the hosts file that are of no use, and the like. */
  get warnings(): readonly string[] {
    return this.#hosts.warnings;
  }

  /** Puts another policy in force and returns its number. Throws RF_POLICY_LIMIT, RF_MAP_FULL: the old one then stays. */
  replace(policy: RunPolicy): number {
    const generation = this.fence.replacePolicy(policy.compiled, this.#trustedBy(policy));
    this.#asksCgroups = policy.compiled.cgroup.asked;
    this.#archive.add(summaryOf(policy).names);
    return generation;
  }

  /** Lets go; hooks and tables stay in force. */
  close(): void {
    this.fence.close();
  }

  [Symbol.dispose](): void {
    this.close();
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
