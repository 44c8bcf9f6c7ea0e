import { closeSync } from "node:fs";
import { BpfLink, type BpfObject, linkInfo } from "@ringfence/kernel";
import type { CgroupTable, CompiledPolicy } from "@ringfence/policy";
import { inNetworkNamespaces } from "../host/network-namespaces.js";
import { type TrustedResolvers, trustResolvers, writeNames } from "../names/write-names.js";
import { beginFence, scanProcesses } from "./attach.js";
import { Attendance } from "./attendance.js";
import { type FamilyGuard, familyGuards } from "./family-guard.js";
import { fencedProcesses } from "./fenced-processes.js";
import { isGuardRefusal } from "./guard.js";
import { adoptions, processHooks, rejudgements } from "./hooks.js";
import {
  cgroupHooks,
  type FencePlace,
  HOST_FLOW_ROWS,
  hooksWith,
  type LoadedFence,
  loadFence,
} from "./load-fence.js";
import { covers } from "./policy-capacity.js";
import { PolicySlots, planSlots, type SlotPlan } from "./policy-slots.js";
import { pruneExecutables } from "./prune-executables.js";
import { runIterator } from "./run-iterator.js";

export interface HostFenceOptions extends FencePlace {
  readonly policy: CompiledPolicy;
  /** Its table of cgroups, for what runs now. */
  readonly table: CgroupTable;
  /** Whose DNS answers count. */
  readonly resolvers: TrustedResolvers;
}

interface Parts {
  readonly object: BpfObject;
  readonly links: Map<string, BpfLink>;
  readonly policies: PolicySlots;
  readonly abi: string;
  readonly takenOver: boolean;
  readonly familyGuard: FamilyGuard | null;
}

/**
 * The kernel side of an agent: everybody is judged, and hooks and tables are pinned, so that they outlive the process.
 * The next agent takes them over: it loads its programs over the same tables, puts them in the place of the old ones
 * hook by hook, and then its policy in force. At no moment does a hook have no program or a program no policy.
 */
export class HostFence implements Disposable {
  readonly object: BpfObject;
  readonly abi: string;
  /** true if it went on with what an agent before it had left */
  readonly takenOver: boolean;
  /** What refuses sockets of families that no other hook judges; null where this kernel has nothing for it. */
  readonly familyGuard: FamilyGuard | null;
  readonly attendance: Attendance;
  readonly #links: Map<string, BpfLink>;
  readonly #policies: PolicySlots;
  readonly #options: HostFenceOptions;

  private constructor(parts: Parts, options: HostFenceOptions) {
    this.object = parts.object;
    this.abi = parts.abi;
    this.takenOver = parts.takenOver;
    this.familyGuard = parts.familyGuard;
    this.attendance = new Attendance(parts.object);
    this.#links = parts.links;
    this.#policies = parts.policies;
    this.#options = options;
  }

  /**
   * Throws RF_LOAD_REFUSED, RF_FEATURE_MISSING, RF_ATTACH_REFUSED, RF_PIN_REFUSED, RF_MAP_FULL, RF_POLICY_LIMIT: what was
   * in force before then still is.
   * @param prepared what `loadFence` gave for the same place, and which is this fence's or closed afterwards
   */
  static start(options: HostFenceOptions, prepared: LoadedFence | null = null): HostFence {
    let ahead = fitting(prepared, options);
    for (const guard of familyGuards()) {
      try {
        const loaded = ahead ?? loadNow(options, guard);
        ahead = null;
        return startWith(options, loaded, (parts) => new HostFence(parts, options));
      } catch (error) {
        if (!isGuardRefusal(error)) throw error; // else perhaps for the guard alone
      }
    }
    const loaded = ahead ?? loadNow(options, null);
    return startWith(options, loaded, (parts) => new HostFence(parts, options));
  }

  /** The number of the policy in force: 1 for the first, then 2, 3..., over all agents. */
  get generation(): number {
    return this.#policies.generation;
  }

  /** Names of the programs that are attached. */
  get hooks(): readonly string[] {
    return [...this.#links.keys()];
  }

  /** As `Fence.replacePolicy`, with the table of cgroups for what runs now. */
  replacePolicy(policy: CompiledPolicy, table: CgroupTable, resolvers: TrustedResolvers): number {
    const generation = this.#policies.replace(policy, table);
    trustResolvers(this.object, resolvers);
    if (policy.cgroup.asked) this.#policies.mirror(policy);
    this.rejudge();
    return generation;
  }

  /** False when another table of cgroups needs the whole policy again: `replacePolicy`. */
  get canRenew(): boolean {
    return this.#policies.isMirrored;
  }

  /** Puts the policy in force again with another table of cgroups. Throws as `PolicySlots.renew`. */
  renewCgroups(table: CgroupTable): number {
    const generation = this.#policies.renew(table);
    this.rejudge();
    return generation;
  }

  /** Makes room in the table of executables where it is nearly full; returns how many are forgotten. */
  prune(): number {
    return pruneExecutables(this.object.rawMap("executables"), this.object.rawMap("processes"));
  }

  /** Asks the policy in force about sockets that rest, and ends those that it denies where the kernel can do that. */
  rejudge(): void {
    inNetworkNamespaces(fencedProcesses(this.object.rawMap("processes")), () => {
      for (const name of rejudgements) runIterator(this.object, name);
    });
  }

  /** Hooks whose link is gone, or runs another program than ours: somebody undid them. */
  undone(): string[] {
    const { pins } = this.#options;
    const pinned = new Set(pins.linkNames(this.abi));
    return [...this.#links].flatMap(([name, link]) => {
      const { programId, cgroup } = linkInfo(link.fd);
      const isOurs = programId === this.object.program(name).info().id;
      const isAttached = !cgroupHooks.includes(name) || cgroup !== 0n;
      return isOurs && isAttached && pinned.has(name) ? [] : [name];
    });
  }

  /** True once somebody else has put another policy in force. */
  get isRewritten(): boolean {
    return !this.#policies.isAsLeft;
  }

  /** Attaches and pins again what somebody undid. */
  restore(names: readonly string[]): void {
    for (const name of names) {
      const link = attachHook(this.object, this.#options, name);
      this.#options.pins.replaceLink(this.abi, name, link.fd);
      this.#links.get(name)?.destroy();
      this.#links.set(name, link);
    }
  }

  /** Lets go of everything; what is pinned stays in force. */
  close(): void {
    for (const link of this.#links.values()) link.destroy();
    this.object.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function startWith(
  options: HostFenceOptions,
  loaded: LoadedFence,
  make: (parts: Parts) => HostFence,
): HostFence {
  const { pins } = options;
  const { object, abi, takenOver, familyGuard } = loaded;
  const links = new Map<string, BpfLink>();
  try {
    const policies = takenOver ? takeOver(loaded, options, links) : begin(loaded, options, links);
    const fence = make({ object, links, policies, abi, takenOver, familyGuard });
    fence.attendance.attend(); // before what the last agent's death opened is judged again
    if (takenOver) fence.replacePolicy(options.policy, options.table, options.resolvers);
    else fence.rejudge();
    pins.removeOthers(abi);
    return fence;
  } catch (error) {
    for (const link of links.values()) link.destroy();
    object.close();
    throw error;
  }
}

/** What was loaded beforehand, unless it is not what this policy needs, or the pins are others by now. */
function fitting(prepared: LoadedFence | null, options: HostFenceOptions): LoadedFence | null {
  if (prepared === null) return null;
  const { object, abi, takenOver, plan } = prepared;
  const isSameHost = options.pins.has(abi) === takenOver;
  if (isSameHost && (takenOver || covers(plan.capacity, planOfNew(options).capacity))) return prepared;
  object.close();
  return null;
}

function loadNow(options: HostFenceOptions, familyGuard: FamilyGuard | null): LoadedFence {
  return loadFence(options, familyGuard, () => planOfNew(options));
}

function planOfNew({ policy, table, cgroups }: HostFenceOptions): SlotPlan {
  return planSlots(policy, cgroups, true, table);
}

/** Everything is new. Sockets that are there belong to whoever holds them. */
function begin(
  { object, abi, plan, familyGuard }: LoadedFence,
  options: HostFenceOptions,
  links: Map<string, BpfLink>,
): PolicySlots {
  const { policy, table, cgroups, cgroup, pins, resolvers } = options;
  const policies = new PolicySlots(object, plan, cgroups, policy, table);
  if (policy.cgroup.asked) policies.mirror(policy);
  const id = cgroups.idOf(cgroup);
  beginFence(object, { cgroup: id, packet_cgroup: id, next_flow: 0, flow_limit: HOST_FLOW_ROWS });
  writeNames(object, plan.nameSecret, resolvers);
  for (const name of hooksWith(familyGuard)) {
    links.set(name, attachHook(object, options, name));
    if (name === processHooks.at(-1)) scanProcesses(object, true);
  }
  for (const name of adoptions) runIterator(object, name);
  pins.pin(abi, descriptorsOf(links), mapsOf(object));
  return policies;
}

/** The tables of an agent before this one, with programs of our own. */
function takeOver(
  { object, abi, plan, familyGuard }: LoadedFence,
  options: HostFenceOptions,
  links: Map<string, BpfLink>,
): PolicySlots {
  const { cgroups, pins } = options;
  const hooks = hooksWith(familyGuard);
  for (const name of hooks) links.set(name, followLink(object, options, abi, name));
  for (const name of pins.linkNames(abi)) if (!hooks.includes(name)) pins.unpinLink(abi, name);
  scanProcesses(object, false);
  return PolicySlots.resume(object, plan, cgroups);
}

/** Puts our program in the place of the one that is attached. Where a link cannot change its program, both run for a
 * moment: they keep the same records, and take nothing in twice. */
function followLink(object: BpfObject, options: HostFenceOptions, abi: string, name: string): BpfLink {
  const { pins } = options;
  if (cgroupHooks.includes(name) && pins.linkNames(abi).includes(name)) {
    const link = BpfLink.open(pins.linkPath(abi, name));
    try {
      link.update(object.program(name));
      return link;
    } catch {
      link.destroy(); // detached by somebody, while no agent looked
    }
  }
  const made = attachHook(object, options, name);
  pins.replaceLink(abi, name, made.fd);
  return made;
}

function attachHook(object: BpfObject, { cgroups, cgroup }: HostFenceOptions, name: string): BpfLink {
  const program = object.program(name);
  if (!cgroupHooks.includes(name)) return program.attach();
  const fd = cgroups.openDirectory(cgroup);
  try {
    return program.attachCgroup(fd);
  } finally {
    closeSync(fd);
  }
}

function descriptorsOf(links: ReadonlyMap<string, BpfLink>): Map<string, number> {
  return new Map([...links].map(([name, link]) => [name, link.fd]));
}

function mapsOf(object: BpfObject): Map<string, number> {
  return new Map(object.mapDefinitions().map(({ name }) => [name, object.mapFd(name)]));
}
