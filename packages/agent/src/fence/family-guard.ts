import { featureOfSection, refusesProgramType } from "@ringfence/kernel";
import { expectGuard } from "./guard.js";

/**
 * The program that refuses sockets of families which no other hook judges: at the security module hook, or where BPF is
 * none of the security modules, in the function that asks them.
 */
export type FamilyGuard = "refuse_family" | "refuse_family_early";

/** Those that are worth trying on this kernel, the best first. Loading and attaching tell. */
export function familyGuards(): readonly FamilyGuard[] {
  const early = featureOfSection("fmod_ret");
  return [
    ...(expectGuard().status === "active" ? (["refuse_family"] as const) : []),
    ...(early === undefined || refusesProgramType(early) ? [] : (["refuse_family_early"] as const)),
  ];
}
