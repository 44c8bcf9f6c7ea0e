import type { Address, Dns, Profile } from "@ringfence/model";
import { guardsQueries, listsNames } from "./implied-rules.js";

const silent: Dns = { queries: null, encrypted: null, resolvers: null };

/** True when the policy asks whose answers are to be believed, and leaves it to the host to say. */
export function needsResolvers(profiles: readonly Profile[]): boolean {
  return profiles.some(lacksResolvers);
}

/** Gives the resolvers of the host to those profiles that need some and name none. */
export function withResolvers(
  profiles: readonly Profile[],
  resolvers: readonly Address[],
): readonly Profile[] {
  return profiles.map((profile) =>
    lacksResolvers(profile) ? { ...profile, dns: { ...silent, ...profile.dns, resolvers } } : profile,
  );
}

function lacksResolvers(profile: Profile): boolean {
  return (listsNames(profile) || guardsQueries(profile)) && (profile.dns?.resolvers ?? null) === null;
}
