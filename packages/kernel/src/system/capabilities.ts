import { type CapabilityName, capabilityNumber } from "./capability-names.js";
import {
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAPBSET_DROP,
  PR_CAPBSET_READ,
  prctl,
} from "./prctl.js";
import { syscall } from "./syscall.js";

const LINUX_CAPABILITY_VERSION_3 = 0x20080522;

/** A thread's capability sets, one bit per capability number. */
export interface Capabilities {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}

const header = (pid: number) => new Int32Array([LINUX_CAPABILITY_VERSION_3, pid]);

/** capget(2), version 3; pid 0 is the calling thread. */
export function getCapabilities(pid = 0): Capabilities {
  const data = new Uint32Array(6);
  syscall("capget", `read the capabilities of process ${pid}`, header(pid), data);
  const set = (index: number) => (BigInt(data[index + 3] ?? 0) << 32n) | BigInt(data[index] ?? 0);
  return { effective: set(0), permitted: set(1), inheritable: set(2) };
}

/** capset(2), version 3, for the calling thread alone. */
export function setCapabilities({ effective, permitted, inheritable }: Capabilities): void {
  const sets = [effective, permitted, inheritable];
  const low = sets.map((set) => Number(set & 0xffffffffn));
  const high = sets.map((set) => Number(set >> 32n));
  syscall("capset", "set the capabilities", header(0), new Uint32Array([...low, ...high]));
}

/** True while the capability is in the calling thread's bounding set; false when the kernel lacks it. */
export function inBoundingSet(capability: CapabilityName | number): boolean {
  const number = typeof capability === "number" ? capability : capabilityNumber(capability);
  return prctl(PR_CAPBSET_READ, number) === 1;
}

/** Takes a capability out of the bounding set for good; needs CAP_SETPCAP. */
export function dropFromBoundingSet(capability: CapabilityName): void {
  prctl(PR_CAPBSET_DROP, capabilityNumber(capability));
}

/** Empties the ambient set, so that execve gives no capability to a program that has none of its own. */
export function clearAmbientSet(): void {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
}
