import {
  type Action,
  directionDefaultId,
  listenId,
  type Profile,
  type Rule,
  type SourceLocation,
  type VerdictDirection,
} from "@ringfence/model";
import { dnsRules, guardsQueries, queryRules } from "../names/implied-rules.js";

/** What a profile says about one direction when no rule decides. */
export interface DirectionDefault {
  readonly id: string;
  readonly action: Action;
  readonly location: SourceLocation | undefined;
}

/**
 * The rules of a profile for one direction, those that its `dns` stands for behind the written ones. What `listen` lists
 * is one allow rule; nothing else is said by ports.
 */
export function rulesFor(profile: Profile, direction: VerdictDirection): readonly Rule[] {
  if (direction === "egress") return [...(profile.egress?.rules ?? []), ...dnsRules(profile)];
  if (direction === "query") return queryRules(profile);
  if (direction === "ingress") return profile.ingress?.rules ?? [];
  if (direction === "unattributed" || profile.listen === null || profile.listen.ports.length === 0) return [];
  const { ports, location } = profile.listen;
  const rule: Rule = {
    id: listenId(profile.name),
    action: "allow",
    mode: "enforce",
    process: null,
    destination: { to: null, ports, protocols: null },
  };
  return [location === undefined ? rule : { ...rule, location }];
}

/**
 * Its default; null for a profile that leaves traffic of no process, or queries, alone. An absent direction is
 * allowed.
 */
export function defaultFor(profile: Profile, direction: VerdictDirection): DirectionDefault | null {
  const id = directionDefaultId(profile.name, direction);
  const of = (action: Action, location: SourceLocation | undefined) => ({
    id,
    action,
    location: location ?? profile.location,
  });
  switch (direction) {
    case "egress":
      return of(profile.egress?.default ?? "allow", profile.egress?.location);
    case "ingress":
      return of(profile.ingress?.default ?? "allow", profile.ingress?.location);
    case "listen":
      return of(profile.listen === null ? "allow" : "deny", profile.listen?.location);
    case "unattributed":
      return profile.unattributed && of(profile.unattributed.action, profile.unattributed.location);
    case "query":
      return guardsQueries(profile)
        ? of(profile.egress?.default ?? "allow", profile.dns?.location ?? profile.egress?.location)
        : null;
  }
}
