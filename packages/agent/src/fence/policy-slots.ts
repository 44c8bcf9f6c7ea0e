import { type BpfObject, layout, type OpenOptions, StructCodec, u32Codec } from "@ringfence/kernel";
import { RingfenceError } from "@ringfence/model";
import { type CgroupTable, type CompiledPolicy, cgroupTableOf } from "@ringfence/policy";
import { drawNameSecret } from "../names/name-secret.js";
import { type CgroupTree, listCgroups } from "./listed-cgroups.js";
import {
  capacityOf,
  capacityWhere,
  checkFits,
  mapSizes,
  type PolicyCapacity,
  roomForRows,
  withGrowth,
  withNewCgroups,
} from "./policy-capacity.js";
import { removeWhere } from "./remove-where.js";
import {
  type CgroupsInPolicy,
  expectNothing,
  headerElsewhere,
  headerOf,
  listInSlot,
  type PolicyHeader,
  type PolicySlot,
  writeCgroups,
  writeHeader,
  writeTables,
} from "./write-policy.js";

const FIRST_GENERATION = 1;
const policyCodec = new StructCodec(layout.rf_policy, "rf_policy");
const scopeCodec = new StructCodec(layout.rf_scope, "rf_scope");

type SlotOptions = Pick<OpenOptions, "maxEntries" | "constants">;

const firstElement = new Uint8Array(4);

/** How the maps are sized: for the first policy alone, or for one that replaces it while programs go on reading. */
export interface SlotPlan {
  readonly slots: 1 | 2;
  readonly capacity: PolicyCapacity;
  /** where names are hashed, by all its policies and by whoever learns names */
  readonly nameSecret: bigint;
  /** what any of its policies may ask about */
  readonly asks: { readonly cgroups: boolean; readonly ancestors: boolean; readonly names: boolean };
}

/**
 * Who is inside: the processes that entered and their descendants; everybody; or everybody, as far as their sockets
 * were made in one cgroup or below.
 */
export type FenceScope = "tree" | "host" | "cgroup";

/** Plans for a first policy. With `replaceable` the tables are there twice, with room to grow. */
export function planSlots(
  policy: CompiledPolicy,
  tree: CgroupTree,
  replaceable: boolean,
  table: CgroupTable = cgroupTableOf(policy),
): SlotPlan {
  const needed = capacityOf(policy, table, listCgroups(table, tree).length);
  if (replaceable) return planOfRoom(withGrowth(needed));
  const asks = {
    cgroups: table.entries.length > 0,
    ancestors: policy.ancestors.count > 0,
    names: policy.names.judged,
  };
  const capacity = asks.cgroups ? withNewCgroups(needed) : needed;
  return { slots: 1, capacity, nameSecret: drawNameSecret(), asks };
}

/** What an agent that goes on with the maps of one before it has to keep to. */
export function planOf(
  maps: (name: string) => { readonly info: { readonly maxEntries: number } },
  nameSecret: bigint,
): SlotPlan {
  const room = (name: string) => Math.floor(maps(name).info.maxEntries / 2);
  return planOfRoom(capacityWhere(room), nameSecret);
}

/** Plans for policies that follow each other, whatever they ask about. */
export function planOfRoom(capacity: PolicyCapacity, nameSecret = drawNameSecret()): SlotPlan {
  return { slots: 2, capacity, nameSecret, asks: { cgroups: true, ancestors: true, names: true } };
}

/** Sizes of the policy's maps, and what the verifier may leave out, for opening an object. */
export function slotOptions(
  { slots, capacity, asks }: SlotPlan,
  scope: FenceScope = "tree",
): Required<SlotOptions> {
  const constants = scopeCodec.toBytes({
    search_steps: halvings(capacity.intervals),
    search_steps6: halvings(capacity.intervals6),
    cgroups: Number(asks.cgroups),
    ancestors: Number(asks.ancestors),
    names: Number(asks.names),
    everyone: Number(scope !== "tree"),
    limited: Number(scope === "cgroup"),
  });
  const maxEntries = {
    ...mapSizes(capacity, slots),
    ...(scope === "tree" ? { new_cgroups: 1, expected_cgroups: 1 } : {}),
  };
  return { maxEntries, constants: { ".rodata.scope": constants } };
}

/** How often a table must be halved until one entry is left. */
function halvings(entries: number): number {
  return entries <= 1 ? 0 : 32 - Math.clz32(entries - 1);
}

/**
 * The policy in force and the place beside it. A policy is written where no program looks, and takes effect by one
 * write of one number: a verdict is wholly by the old or wholly by the new one. Whatever fails before that write leaves
 * the old one in force.
 */
export class PolicySlots {
  readonly #object: BpfObject;
  readonly #plan: SlotPlan;
  readonly #tree: CgroupTree;
  #active = 0;
  #header: Uint8Array = new Uint8Array();
  #generation = FIRST_GENERATION;
  /** Header of the policy whose tables both slots hold; null when they do not. */
  #both: PolicyHeader | null = null;

  /** Writes the first policy; no program may run yet. Throws RF_MAP_FULL. */
  constructor(
    object: BpfObject,
    plan: SlotPlan,
    tree: CgroupTree,
    policy: CompiledPolicy | null,
    table?: CgroupTable,
  ) {
    this.#object = object;
    this.#plan = plan;
    this.#tree = tree;
    if (policy === null) {
      ({ slot: this.#active, generation: this.#generation } = policyInForce(object));
      return;
    }
    this.#write(policy, table ?? cgroupTableOf(policy), this.#place(0, FIRST_GENERATION));
    this.#activate(0);
  }

  /** Goes on with the tables of an agent before this one; the policy that it put in force stays until the next one. */
  static resume(object: BpfObject, plan: SlotPlan, tree: CgroupTree): PolicySlots {
    return new PolicySlots(object, plan, tree, null);
  }

  /** False once somebody else has changed which policy is in force, or what its header says of it. */
  get isAsLeft(): boolean {
    const { slot } = policyInForce(this.#object);
    return slot === this.#active && Buffer.compare(this.#readHeader(), this.#header) === 0;
  }

  /** The number of the policy in force, as events and flows carry it: 1 for the first, then 2, 3... */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Puts another policy in force and returns its number. When it returns no program judges by the old one any more.
   * Throws RF_POLICY_LIMIT if the maps are too small, RF_MAP_FULL if memory is: the old one then stays.
   */
  replace(policy: CompiledPolicy, table: CgroupTable = cgroupTableOf(policy)): number {
    const place = this.#nextPlace();
    this.#write(policy, table, place);
    return this.#follow(place);
  }

  /** Writes the tables of the policy in force into the other slot, too, for `renew`. Where memory is short, it does not. */
  mirror(policy: CompiledPolicy): void {
    try {
      writeTables(this.#object, policy, this.#nextPlace());
      this.#both = policyCodec.fromBytes(this.#header);
    } catch (error) {
      if (!(error instanceof RingfenceError)) throw error;
    }
  }

  /** True when `renew` can be called: both slots hold the policy in force. */
  get isMirrored(): boolean {
    return this.#both !== null;
  }

  /**
   * Puts the policy in force again with another table of cgroups, under a number of its own: whoever was judged before is
   * judged anew. The tables that `mirror` wrote are good for it. Throws RF_POLICY_LIMIT, RF_MAP_FULL: what was in force stays.
   */
  renew(table: CgroupTable): number {
    if (this.#both === null) throw new Error("Cannot renew the policy: its tables are not in both slots");
    const { block_count: blockCount } = this.#both;
    const place = this.#nextPlace();
    checkFits(roomForRows(table, blockCount), this.#plan.capacity);
    const cgroups = this.#writeCgroups(table, blockCount, place);
    writeHeader(this.#object, headerElsewhere(this.#both, cgroups, place), place.slot);
    return this.#follow(place);
  }

  /** The slot that no program reads. */
  #nextPlace(): PolicySlot {
    const { slots } = this.#plan;
    if (slots < 2) throw new Error("Cannot replace the policy: its tables are there once only");
    return this.#place((this.#active + 1) % slots, this.#generation + 1);
  }

  #place(slot: number, generation: number): PolicySlot {
    const { capacity, nameSecret } = this.#plan;
    return { slot, generation, capacity, nameSecret };
  }

  #write(policy: CompiledPolicy, table: CgroupTable, place: PolicySlot): void {
    checkFits(capacityOf(policy, table, listCgroups(table, this.#tree).length), this.#plan.capacity);
    this.#both = null;
    writeTables(this.#object, policy, place);
    const cgroups = this.#writeCgroups(table, policy.blockCount, place);
    writeHeader(this.#object, headerOf(policy, cgroups, place), place.slot);
  }

  /** The cgroups that are there are looked for when the kernel lists those that come. */
  #writeCgroups(table: CgroupTable, blockCount: number, place: PolicySlot): CgroupsInPolicy {
    writeCgroups(this.#object, table, blockCount, place);
    const listed = listCgroups(table, this.#tree);
    checkFits({ cgroups: listed.length }, this.#plan.capacity);
    listInSlot(this.#object, listed, place.slot);
    return { table, listed };
  }

  /** What was written takes effect. */
  #follow({ slot, generation }: PolicySlot): number {
    const before = this.#active;
    this.#activate(slot);
    this.#generation = generation;
    this.#waitForPrograms();
    if (before !== slot) expectNothing(this.#object, before);
    const { offset } = layout.rf_subject.fields.generation;
    removeWhere(this.#object.rawMap("subject_index"), offset, (number) => number !== generation);
    return generation;
  }

  #activate(slot: number): void {
    this.#object.rawMap("active").update(firstElement, numberBytes(slot));
    this.#active = slot;
    this.#header = this.#readHeader();
  }

  /** Of the policy in force, without the count of subjects, which the kernel keeps. */
  #readHeader(): Uint8Array {
    const header = this.#object.rawMap("policy").lookup(numberBytes(this.#active)) ?? new Uint8Array();
    const { offset } = layout.rf_policy.fields.next_subject;
    header.fill(0, offset, offset + 4);
    return header;
  }

  /** See `grace` in bpf/include/maps.h: this update returns when all programs that ran before have ended. */
  #waitForPrograms(): void {
    this.#object.rawMap("grace").update(firstElement, numberBytes(this.#object.mapFd("grace_mark")));
  }
}

/** Which slot the programs read, and the number of the policy in it. */
function policyInForce(object: BpfObject): { readonly slot: number; readonly generation: number } {
  const slot = object.map("active", u32Codec, u32Codec).get(0) ?? 0;
  const bytes = object.rawMap("policy").lookup(numberBytes(slot));
  if (bytes === undefined) throw new Error(`Cannot read map "policy": slot ${slot} is missing`);
  const { offset } = layout.rf_policy.fields.generation;
  return { slot, generation: new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true) };
}

function numberBytes(number: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(number).buffer);
}
