import type { Profile } from "@ringfence/model";

/**
 * Gives profiles that say something about DNS the domains behind which the host looks for a name as well, as in "search" of
 * resolv.conf(5). Whoever may ask for a name may then ask for it with one of them: the C library ends a look-up at the first
 * question that is refused.
 */
export function withSearch(profiles: readonly Profile[], search: readonly string[]): readonly Profile[] {
  return profiles.map((profile) =>
    profile.dns === null ? profile : { ...profile, dns: { ...profile.dns, search } },
  );
}
