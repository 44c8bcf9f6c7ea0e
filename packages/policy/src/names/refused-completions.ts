import type { Profile } from "@ringfence/model";
import { guardsQueries, queryRules } from "./implied-rules.js";
import { matchesName } from "./matches-name.js";

/**
 * Those of some domains below which no query may be asked: a C library that completes names by them is refused before it
 * asks for the name as it stands. Empty where queries are not refused.
 */
export function refusedCompletions(
  profiles: readonly Profile[],
  domains: readonly string[],
): readonly string[] {
  const active = profiles.filter(({ mode }) => mode === "enforce");
  if (!active.some(guardsQueries)) return [];
  const allows = active.flatMap(queryRules).filter(({ action }) => action === "allow");
  return domains.filter(
    (domain) =>
      !allows.some(
        ({ destination: { to } }) =>
          to === null ||
          to.some((peer) => peer.kind === "name" && matchesName(peer.pattern, `a.b.${domain}`)),
      ),
  );
}
