import { type Profile, peerText, RingfenceError } from "@ringfence/model";

/** What of a policy the kernel side cannot enforce yet: names in rules, and the judging of queries. One error each. */
export function namesRefused(profiles: readonly Profile[]): readonly RingfenceError[] {
  return profiles.flatMap((profile) => {
    const named = (profile.egress?.rules ?? []).flatMap(({ destination, location }) => {
      const name = destination.to?.find(({ kind }) => kind === "name");
      if (name === undefined) return [];
      return [
        unsupported(`Destination "${peerText(name)}" is a name, which`, "Write addresses or CIDRs", location),
      ];
    });
    if (profile.dns?.queries !== "enforce") return named;
    const hint = "Remove it: what cannot be enforced is refused";
    return [...named, unsupported('"queries: enforce"', hint, profile.dns.location)];
  });
}

function unsupported(what: string, hint: string, location: Profile["location"]): RingfenceError {
  const message = `${what} is not supported in this version`;
  return new RingfenceError("RF_POLICY_UNSUPPORTED", message, { hint, location });
}
