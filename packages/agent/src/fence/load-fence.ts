import { closeSync } from "node:fs";
import { BpfObject, type Cgroup2, layout, RawMap, StructCodec } from "@ringfence/kernel";
import { refusedDevices } from "../host/refused-devices.js";
import { abiOf } from "../pins/abi-of.js";
import type { PinFolder } from "../pins/pin-folder.js";
import { maxProcesses } from "./attach.js";
import type { FamilyGuard } from "./family-guard.js";
import {
  adoptions,
  callHooks,
  nameHooks,
  packetHooks,
  processHooks,
  rejudgements,
  socketHooks,
  watchHooks,
  workloadHooks,
} from "./hooks.js";
import { planOf, type SlotPlan, slotOptions } from "./policy-slots.js";

/** Rows of an agent's flow table: at 1,000 new flows a second each stays for a minute. */
export const HOST_FLOW_ROWS = 65_536;

/** Sizes of the tables that only an agent uses. */
const watchedSizes = { handshakes: 4096, strays: 8192, quarantined: 4096, banned: 4096 };

const tracingHooks: readonly string[] = [...processHooks, ...workloadHooks, ...socketHooks, ...watchHooks];
/** Those that are attached at a cgroup. */
export const cgroupHooks: readonly string[] = [...callHooks, ...packetHooks, ...nameHooks];

const settingsCodec = new StructCodec(layout.rf_dns_settings, "rf_dns_settings");

/** Where the hooks of an agent are, and what keeps them. */
export interface FencePlace {
  readonly objectPath: string;
  readonly cgroups: Cgroup2;
  /** Path of the cgroup where all hooks are: whoever makes a socket there or below is judged. */
  readonly cgroup: string;
  readonly pins: PinFolder;
}

/** An agent's programs and tables in the kernel. Nothing is attached, and no policy is written. */
export interface LoadedFence {
  readonly object: BpfObject;
  readonly abi: string;
  /** true where the tables are those of an agent before this one, as they are in force */
  readonly takenOver: boolean;
  readonly plan: SlotPlan;
  readonly familyGuard: FamilyGuard | null;
}

/** All hooks, in the order in which they are attached: first those that keep the records by which the others judge. */
export function hooksWith(familyGuard: FamilyGuard | null): readonly string[] {
  return [...tracingHooks, ...(familyGuard === null ? [] : [familyGuard]), ...cgroupHooks];
}

/**
 * Loads an agent's programs: over the tables that are pinned, or over new ones as `planNew` says. Throws RF_LOAD_REFUSED,
 * RF_FEATURE_MISSING, RF_PIN_REFUSED.
 */
export function loadFence(
  place: FencePlace,
  familyGuard: FamilyGuard | null,
  planNew: () => SlotPlan,
): LoadedFence {
  const { objectPath, cgroups, cgroup, pins } = place;
  const object = BpfObject.open(objectPath);
  try {
    // hooks of another cgroup are of no use here: they go once ours are there
    const abi = `${abiOf(object)}-${cgroups.idOf(cgroup).toString(16)}`;
    const takenOver = pins.has(abi);
    for (const name of [...rejudgements, ...adoptions, ...hooksWith(familyGuard)])
      object.setAutoload(name, true);
    const plan = takenOver ? loadOverPinned(object, place, abi) : loadNew(object, place, planNew());
    return { object, abi, takenOver, plan, familyGuard };
  } catch (error) {
    object.close();
    throw error;
  }
}

function loadNew(object: BpfObject, { cgroup }: FencePlace, plan: SlotPlan): SlotPlan {
  const sizes = {
    ...configure(object, plan, cgroup),
    flows: HOST_FLOW_ROWS,
    flow_index: HOST_FLOW_ROWS,
    processes: maxProcesses(),
    ...watchedSizes,
  };
  for (const [map, count] of Object.entries(sizes)) object.setMaxEntries(map, count);
  object.load();
  return plan;
}

function loadOverPinned(object: BpfObject, { cgroup, pins }: FencePlace, abi: string): SlotPlan {
  const fds = new Map(object.mapDefinitions().map(({ name }) => [name, pins.openMap(abi, name)]));
  try {
    for (const [name, fd] of fds) object.reuseMap(name, fd);
    const map = (name: string) => RawMap.fromFd(fds.get(name) ?? -1, name);
    const plan = planOf(map, secretIn(map("dns_settings")));
    configure(object, plan, cgroup);
    object.load();
    return plan;
  } finally {
    for (const fd of fds.values()) closeSync(fd);
  }
}

/** Where names are hashed, by whoever learned some before. */
function secretIn(settings: RawMap): bigint {
  const bytes = settings.lookup(new Uint8Array(4));
  if (bytes === undefined) throw new Error('Cannot read map "dns_settings": its only element is missing');
  return settingsCodec.fromBytes(bytes).secret;
}

/** Sets the constants; returns the sizes of the policy's maps. */
function configure(object: BpfObject, plan: SlotPlan, cgroup: string): Readonly<Record<string, number>> {
  const { constants, maxEntries } = slotOptions(plan, cgroup === "/" ? "host" : "cgroup");
  for (const [section, bytes] of Object.entries(constants)) object.setConstants(section, bytes);
  object.setConstants(".rodata.devices", refusedDevices());
  return maxEntries;
}
