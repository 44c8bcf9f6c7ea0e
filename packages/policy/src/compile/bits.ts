import {
  type Action,
  type Destination,
  directionDefaultId,
  listenId,
  type ProcessCondition,
  type Profile,
  type Rule,
  type SourceLocation,
  type VerdictDirection,
  verdictDirections,
} from "@ringfence/model";
import { dnsRules, guardsQueries, judgesQueries, queryRules } from "../names/implied-rules.js";
import type { CompiledBit, Segments } from "./compiled-policy.js";
import { limitError, limits } from "./limits.js";

/** A conjunction with the conditions that its bit stands for. */
export interface Conjunction {
  readonly ref: CompiledBit;
  readonly direction: VerdictDirection;
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
  const aboutQueries = judgesQueries(active);
  const bits: Conjunction[] = [];
  for (const action of ["deny", "allow"] as const) {
    for (const profile of active) addRules(bits, profile, action, aboutQueries);
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

function addRules(bits: Conjunction[], profile: Profile, action: Action, aboutQueries: boolean): void {
  for (const rule of profile.egress?.rules ?? []) addRule(bits, profile, "egress", action, rule);
  for (const rule of dnsRules(profile)) addRule(bits, profile, "egress", action, rule);
  for (const rule of profile.ingress?.rules ?? []) addRule(bits, profile, "ingress", action, rule);
  if (aboutQueries) for (const rule of queryRules(profile)) addRule(bits, profile, "query", action, rule);
  const { listen } = profile;
  if (listen === null || listen.ports.length === 0 || action === "deny") return;
  const destination: Destination = { to: null, ports: listen.ports, protocols: null };
  const rule: Rule = { id: listenId(profile.name), action, mode: "enforce", process: null, destination };
  addRule(bits, profile, "listen", action, { ...rule, ...locationOf(listen, profile) });
}

function addRule(
  bits: Conjunction[],
  profile: Profile,
  direction: VerdictDirection,
  action: Action,
  rule: Rule,
): void {
  if (rule.action !== action) return;
  const ref = refOf(rule.id, profile, action, rule.mode === "audit", rule.location);
  const { destination } = rule;
  const isAllowRule = action === "allow";
  for (const subject of profile.subject ?? everyProcess) {
    for (const process of rule.process ?? everyProcess) {
      add(bits, { ref, direction, subject, process, destination, isAllowRule }, rule.location);
    }
  }
}

function addDefault(bits: Conjunction[], profile: Profile, action: Action): void {
  for (const direction of verdictDirections) {
    if (defaultOf(profile, direction) !== action) continue;
    const { location } = locationOf(partOf(profile, direction), profile);
    const ref = refOf(directionDefaultId(profile.name, direction), profile, action, false, location);
    // Traffic of no process meets no condition on one.
    const subjects = direction === "unattributed" ? everyProcess : (profile.subject ?? everyProcess);
    for (const subject of subjects) {
      const conditions = { subject, process: {}, destination: null, isAllowRule: false };
      add(bits, { ref, direction, ...conditions }, location);
    }
  }
}

/** Undefined where the profile leaves the direction to others. */
function defaultOf(profile: Profile, direction: VerdictDirection): Action | undefined {
  switch (direction) {
    case "egress":
    case "ingress":
      return profile[direction]?.default ?? "allow";
    case "listen":
      return profile.listen === null ? "allow" : "deny";
    case "unattributed":
      return profile.unattributed?.action;
    case "query":
      return guardsQueries(profile) ? profile.egress?.default : undefined;
  }
}

function partOf(
  profile: Profile,
  direction: VerdictDirection,
): { readonly location?: SourceLocation } | null {
  if (direction !== "query") return profile[direction];
  return profile.dns?.location === undefined ? profile.egress : profile.dns;
}

function locationOf(
  part: { readonly location?: SourceLocation } | null,
  profile: Profile,
): { readonly location?: SourceLocation } {
  const location = part?.location ?? profile.location;
  return location === undefined ? {} : { location };
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
  const ends = profile.onAgentDeath === "open" && action === "deny";
  const ref = {
    ruleId,
    action,
    audit: ruleAudited || profile.mode === "audit",
    profile: profile.name,
    ...(ends ? ({ endsUnattended: true } as const) : {}),
  };
  return location === undefined ? ref : { ...ref, location };
}
