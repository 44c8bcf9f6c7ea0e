import {
  type Action,
  type Destination,
  egressDefaultId,
  type ProcessCondition,
  type Profile,
  type Rule,
  type SourceLocation,
} from "@ringfence/model";
import type { CompiledBit, Segments } from "./compiled-policy.js";
import { limitError, limits } from "./limits.js";

/** A conjunction with the conditions that its bit stands for. */
export interface Conjunction {
  readonly ref: CompiledBit;
  readonly subject: ProcessCondition;
  readonly process: ProcessCondition;
  /** Null for the default of a profile, which any destination matches. */
  readonly destination: Destination | null;
  /** An allow rule, whose executables must be trusted; a default allow is none. */
  readonly isAllowRule: boolean;
}

const everyProcess: readonly ProcessCondition[] = [{}];

/** All conjunctions in the order in which they decide; the index is the bit number. */
export function conjunctionsOf(profiles: readonly Profile[]): readonly Conjunction[] {
  const active = profiles.filter(({ mode }) => mode !== "off");
  const bits: Conjunction[] = [];
  for (const action of ["deny", "allow"] as const) {
    for (const profile of active) addRules(bits, profile, action);
  }
  for (const action of ["deny", "allow"] as const) {
    for (const profile of active) addDefault(bits, profile, action);
  }
  return bits;
}

/** Where the deny rules, the allow rules and the default denies end among the conjunctions. */
export function segmentsOf(conjunctions: readonly Conjunction[]): Segments {
  const count = (isDefault: boolean, action: Action) =>
    conjunctions.filter((one) => (one.destination === null) === isDefault && one.ref.action === action)
      .length;
  const denyEnd = count(false, "deny");
  const allowEnd = denyEnd + count(false, "allow");
  return { denyEnd, allowEnd, defaultDenyEnd: allowEnd + count(true, "deny") };
}

function addRules(bits: Conjunction[], profile: Profile, action: Action): void {
  for (const rule of profile.egress?.rules ?? []) {
    if (rule.action !== action) continue;
    const ref = refOf(rule.id, profile, action, rule.mode === "audit", rule.location);
    const { destination } = rule;
    const isAllowRule = action === "allow";
    for (const subject of profile.subject ?? everyProcess) {
      for (const process of rule.process ?? everyProcess) {
        add(bits, { ref, subject, process, destination, isAllowRule }, rule.location);
      }
    }
  }
}

function addDefault(bits: Conjunction[], profile: Profile, action: Action): void {
  if ((profile.egress?.default ?? "allow") !== action) return;
  const location = profile.egress?.location ?? profile.location;
  const ref = refOf(egressDefaultId(profile.name), profile, action, false, location);
  for (const subject of profile.subject ?? everyProcess) {
    add(bits, { ref, subject, process: {}, destination: null, isAllowRule: false }, location);
  }
}

function add(bits: Conjunction[], conjunction: Conjunction, location: Rule["location"]): void {
  if (bits.length === limits.bits) {
    const hint =
      "A rule counts once for each pair of a subject item and a process item; merge items or rules";
    throw limitError("rule bits or more", bits.length + 1, limits.bits, hint, location);
  }
  bits.push(conjunction);
}

function refOf(
  ruleId: string,
  profile: Profile,
  action: Action,
  ruleAudited: boolean,
  location: SourceLocation | undefined,
): CompiledBit {
  const ref = { ruleId, action, audit: ruleAudited || profile.mode === "audit", profile: profile.name };
  return location === undefined ? ref : { ...ref, location };
}
