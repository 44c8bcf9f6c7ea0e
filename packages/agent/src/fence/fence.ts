import { type BpfLink, BpfObject, type Cgroup2, layout, type TcxLink } from "@ringfence/kernel";
import type { CompiledPolicy } from "@ringfence/policy";
import { inNetworkNamespaces } from "../host/network-namespaces.js";
import { refusedDevices } from "../host/refused-devices.js";
import { type TrustedResolvers, trustResolvers, writeNames } from "../names/write-names.js";
import { OVERFLOW_ROWS, readFence } from "../observe/flows.js";
import { attachAt, beginFence, maxProcesses, scanProcesses, withoutNames } from "./attach.js";
import { includeSearch, searchBorrowed } from "./borrowed.js";
import { fencedProcesses } from "./fenced-processes.js";
import { attachGuard, expectGuard, type Guard, includeGuard, isGuardRefusal } from "./guard.js";
import {
  callHooks,
  heldEnd,
  nameHooks,
  packetHooks,
  processHooks,
  rejudgements,
  socketHooks,
} from "./hooks.js";
import {
  includePacketSocketStop,
  type PacketSockets,
  packetSocketsLeft,
  stopPacketSockets,
} from "./packet-sockets.js";
import { PolicySlots, planSlots, slotOptions } from "./policy-slots.js";
import { runIterator } from "./run-iterator.js";

/** Rows of the flow table; the first few count what finds no room. */
export const FLOW_ROWS = 16_384;

export interface FenceOptions {
  readonly objectPath: string;
  readonly policy: CompiledPolicy;
  readonly cgroups: Cgroup2;
  /** Path of the run's own cgroup. */
  readonly runCgroup: string;
  /** Path of the cgroup where the packet hooks are: one above the run's own, which is the default. */
  readonly packetCgroup?: string;
  /** Path of the cgroup where the call hooks are; everything that must be fenced is below. */
  readonly hookCgroup: string;
  /** Whose DNS answers count. Without it nobody reads DNS; a policy that judges by names needs it. */
  readonly resolvers?: TrustedResolvers;
  /** Records of processes that fit; by default as many as the kernel can run. */
  readonly maxProcesses?: number;
  /** Drops what AF_PACKET sockets of the run send, at every interface here, unless the guard refuses them. */
  readonly stopPacketSockets?: boolean;
  /** The policy may be replaced while the fence stands: its tables are there twice, with room to grow. */
  readonly replaceable?: boolean;
}

interface Extras {
  readonly guard: Guard;
  readonly packetSockets: PacketSockets;
  readonly policies: PolicySlots;
}

/** The kernel side of one run: the loaded object, its links, and the tables both sides read. */
export class Fence implements Disposable {
  readonly object: BpfObject;
  readonly links: readonly (BpfLink | TcxLink)[];
  readonly guard: Guard;
  readonly packetSockets: PacketSockets;
  /** The iterator that `endHeld` runs before the fence goes. */
  readonly heldEnd: BpfLink;
  readonly #policies: PolicySlots;

  private constructor(object: BpfObject, links: readonly BpfLink[], extras: Extras) {
    this.object = object;
    this.guard = extras.guard;
    this.packetSockets = extras.packetSockets;
    this.heldEnd = object.program(heldEnd).attachIter();
    this.links = [...links, ...extras.packetSockets.links];
    this.#policies = extras.policies;
  }

  /**
   * Loads, writes the policy, attaches, and records every process that already runs. Nothing is fenced yet: a
   * process enters by running the program `fence_enter` on itself.
   * Where the security module hooks are refused it does without them.
   * Throws RF_LOAD_REFUSED, RF_FEATURE_MISSING, RF_ATTACH_REFUSED, RF_MAP_FULL and what opening throws.
   */
  static start(options: FenceOptions): Fence {
    const expected = expectGuard();
    try {
      return Fence.#start(options, expected);
    } catch (error) {
      if (expected.status !== "active" || !isGuardRefusal(error)) throw error;
      return Fence.#start(options, { status: "refused", surprise: error.message });
    }
  }

  static #start(options: FenceOptions, guard: Guard): Fence {
    const { policy, cgroups, runCgroup, packetCgroup = runCgroup } = options;
    const stops = options.stopPacketSockets === true && guard.status !== "active";
    const plan = planSlots(policy, cgroups, options.replaceable ?? false);
    const { maxEntries, constants } = slotOptions(plan);
    const object = BpfObject.open(options.objectPath, {
      constants: { ...constants, ".rodata.devices": refusedDevices() },
      maxEntries: {
        ...maxEntries,
        ...(options.resolvers === undefined ? withoutNames : {}),
        flows: FLOW_ROWS,
        flow_index: FLOW_ROWS,
        processes: options.maxProcesses ?? maxProcesses(),
      },
    });
    const links: BpfLink[] = [];
    try {
      for (const name of rejudgements) object.setAutoload(name, options.replaceable ?? false);
      for (const name of nameHooks) object.setAutoload(name, options.resolvers !== undefined);
      if (guard.status === "active") includeGuard(object);
      else includeSearch(object);
      if (stops) includePacketSocketStop(object);
      object.load();
      const policies = new PolicySlots(object, plan, cgroups, policy);
      beginFence(object, {
        cgroup: cgroups.idOf(runCgroup),
        packet_cgroup: cgroups.idOf(packetCgroup),
        next_flow: OVERFLOW_ROWS,
        flow_limit: FLOW_ROWS,
      });
      if (options.resolvers !== undefined) writeNames(object, plan.nameSecret, options.resolvers);
      attach(object, options, links);
      if (guard.status === "active") {
        const isCalled = () => readFence(object.rawMap("fence")).guarded !== 0;
        links.push(...attachGuard(object, isCalled));
      }
      const packetSockets = stops ? stopPacketSockets(object) : packetSocketsLeft;
      return new Fence(object, links, { guard, packetSockets, policies });
    } catch (error) {
      for (const link of links) link.destroy();
      object.close();
      throw error;
    }
  }

  /** The number of the policy in force: 1 for the first, then 2, 3... */
  get generation(): number {
    return this.#policies.generation;
  }

  /**
   * Puts another policy in force for every flow, new and established, and returns its number: new calls and the next
   * packet of each old flow are judged by it when this returns, and connected sockets that it denies are reset where
   * the kernel can do that (Linux 6.5), idle ones too. Throws RF_POLICY_LIMIT or RF_MAP_FULL if it does not fit: the
   * old one then stays.
   * @param resolvers whose DNS answers count from now on, if that changes
   */
  replacePolicy(policy: CompiledPolicy, resolvers?: TrustedResolvers): number {
    const generation = this.#policies.replace(policy);
    if (resolvers !== undefined) trustResolvers(this.object, resolvers);
    inNetworkNamespaces(fencedProcesses(this.object.rawMap("processes")), () => {
      for (const name of rejudgements) runIterator(this.object, name);
    });
    return generation;
  }

  /** Descriptor of the program with which a process enters the fence. */
  get enterFd(): number {
    return this.object.program("fence_enter").fd;
  }

  /** Lets the fence use a socket that was made outside, such as a standard stream. */
  admitSocket(fd: number): void {
    const stamp = new Uint8Array(layout.rf_socket.size);
    const { RF_SOCKET_ADMITTED } = layout.rf_socket_flag;
    new DataView(stamp.buffer).setUint32(layout.rf_socket.fields.flags.offset, RF_SOCKET_ADMITTED, true);
    this.object.rawMap("sockets").update(new Uint8Array(Uint32Array.of(fd).buffer), stamp);
  }

  /**
   * Finds connected sockets in the fence that were made outside, judges and reports them, and ends those that are
   * denied where the kernel can do that. Nothing to do where the security module hooks refuse them at the call.
   */
  searchBorrowed(): void {
    if (this.guard.status !== "active") searchBorrowed(this.object);
  }

  /** Pins every link below a directory of a BPF file system, so that they live as long as its mount. */
  pinLinks(directory: string): void {
    for (const [index, link] of this.links.entries()) link.pin(`${directory}/link${index}`);
  }

  /** Detaches everything; whoever is inside is free afterwards. */
  close(): void {
    for (const link of [...this.links, this.heldEnd]) link.destroy();
    this.object.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function attach(object: BpfObject, options: FenceOptions, links: BpfLink[]): void {
  const { cgroups } = options;
  for (const name of processHooks) {
    links.push(object.program(name).attach());
  }
  scanProcesses(object, options.policy.ancestors.count > 0 || options.replaceable === true);
  for (const name of socketHooks) links.push(object.program(name).attach());
  links.push(...attachAt(object, cgroups, options.hookCgroup, callHooks));
  const packets = options.packetCgroup ?? options.runCgroup;
  const readers = options.resolvers === undefined ? [] : nameHooks;
  links.push(...attachAt(object, cgroups, packets, [...packetHooks, ...readers]));
}
