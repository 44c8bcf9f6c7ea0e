import { formatAddress, type Profile, RingfenceError } from "@ringfence/model";
import { RESOLVER_ROOM } from "./resolver-room.js";

/** The error where the profiles of a run list more resolvers together than there is room for, at the first too many. */
export function refuseManyResolvers(profiles: readonly Profile[]): RingfenceError | null {
  const found = new Set<string>();
  for (const { mode, name, dns } of profiles) {
    for (const address of mode === "off" ? [] : (dns?.resolvers ?? [])) {
      found.add(formatAddress(address));
      if (found.size <= RESOLVER_ROOM) continue;
      const message = `Resolver ${formatAddress(address)} of profile "${name}" is one too many in this run`;
      const hint = `list the same ones in each profile: there is room for ${RESOLVER_ROOM} in all`;
      return new RingfenceError("RF_POLICY_RESOLVER", message, { hint, location: dns?.location });
    }
  }
  return null;
}
