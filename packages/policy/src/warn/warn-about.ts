import type { Profile } from "@ringfence/model";
import type { Reader } from "../parse/reader.js";
import { findShadowed } from "./find-shadowed.js";
import { isIpv4Only } from "./is-ipv4-only.js";

/** Reports what is legal in a profile, but hardly meant. */
export function warnAbout(reader: Reader, profile: Profile): void {
  const { name, egress } = profile;
  if (egress === null) {
    const message = `Profile "${name}" has no egress, so everything outgoing is allowed`;
    reader.warn(
      "RF_POLICY_DIRECTION_ABSENT",
      profile.location,
      message,
      "Write egress with default: allow if meant",
    );
    return;
  }
  const { shadowed, unchecked } = findShadowed(egress.rules);
  for (const { rule, by } of shadowed) {
    const message = `Rule "${rule.id}" never decides: the wider deny "${by.id}" always wins`;
    reader.warn("RF_POLICY_SHADOWED", rule.location, message, "Remove the rule, or narrow the deny");
  }
  if (unchecked > 0) {
    const message = `The last ${unchecked} rules of profile "${name}" were not checked for wider denies`;
    reader.warn(
      "RF_POLICY_UNCHECKED",
      egress.location,
      message,
      "Merge denies that differ in ports or processes only",
    );
  }
  if (isIpv4Only(egress)) {
    const message = `Profile "${name}" denies by default and allows IPv4 destinations only`;
    const hint = "Add the IPv6 prefixes: hosts with both try IPv6 first";
    reader.warn("RF_POLICY_IPV4_ONLY", egress.location, message, hint);
  }
}
