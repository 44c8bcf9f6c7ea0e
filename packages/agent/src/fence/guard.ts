import { closeSync } from "node:fs";
import {
  type BpfLink,
  type BpfObject,
  featureOfSection,
  lsmList,
  refusesProgramType,
} from "@ringfence/kernel";
import { makeSocket } from "@ringfence/kernel/system";
import { RingfenceError } from "@ringfence/model";

/** Programs of the security module hooks: loaded only where the kernel has BPF among its security modules. */
export const guardHooks = [
  "guard_socket_create",
  "guard_socket_sendmsg",
  "guard_socket_recvmsg",
  "guard_sock_graft",
] as const;

/** What became of the security module hooks on this kernel. */
export interface Guard {
  readonly status: "active" | "absent" | "refused";
  /** why hooks that this kernel promises are not in force; null when there is nothing to wonder at */
  readonly surprise: string | null;
}

/** What can be had, as far as it can be told without loading: "active" is worth trying. */
export function expectGuard(): Guard {
  const status = lsmList()?.includes("bpf") !== true ? "absent" : refusesLsm() ? "refused" : "active";
  return { status, surprise: null };
}

function refusesLsm(): boolean {
  const feature = featureOfSection("lsm/");
  return feature !== undefined && refusesProgramType(feature);
}

/** Has `load` include the guard's programs. */
export function includeGuard(object: BpfObject): void {
  for (const name of guardHooks) object.setAutoload(name, true);
}

/** Attaches the guard, and makes a socket: `isCalled` then tells whether the kernel calls it. */
export function attachGuard(object: BpfObject, isCalled: () => boolean): BpfLink[] {
  const links: BpfLink[] = [];
  try {
    for (const name of guardHooks) links.push(object.program(name).attach());
    closeSync(makeSocket());
    if (isCalled()) return links;
    throw new RingfenceError(
      "RF_ATTACH_REFUSED",
      "Cannot use the security module hooks: the kernel calls none",
    );
  } catch (error) {
    for (const link of links) link.destroy();
    throw error;
  }
}

/** True for a failure that only says that the guard cannot be had here. */
export function isGuardRefusal(error: unknown): error is RingfenceError {
  const codes: readonly string[] = ["RF_LOAD_REFUSED", "RF_FEATURE_MISSING", "RF_ATTACH_REFUSED"];
  return error instanceof RingfenceError && codes.includes(error.code);
}
