import type { Direction, Profile } from "@ringfence/model";
import { listsNames } from "../names/implied-rules.js";
import type { Reader } from "../parse/reader.js";
import { findShadowed } from "./find-shadowed.js";
import { isIpv4Only } from "./is-ipv4-only.js";

/** Reports what is legal in a profile, but hardly meant. */
export function warnAbout(reader: Reader, profile: Profile): void {
  warnAboutAbsent(reader, profile);
  if (profile.egress !== null) warnAboutDirection(reader, profile.name, profile.egress, "destinations");
  warnAboutNames(reader, profile);
  if (profile.ingress !== null) warnAboutDirection(reader, profile.name, profile.ingress, "sources");
}

function warnAboutAbsent(reader: Reader, profile: Profile): void {
  const absent = (["egress", "ingress", "listen"] as const).filter((key) => profile[key] === null);
  if (absent.length === 0) return;
  const meanings = {
    egress: "everything outgoing is allowed",
    ingress: "everything incoming is allowed",
    listen: "any port may be listened on",
  };
  const message = `Profile "${profile.name}" has no ${absent.join(" and no ")}, so ${absent.map((key) => meanings[key]).join(" and ")}`;
  const writings = absent.map((key) => (key === "listen" ? "listen: 0-65535" : `${key} with default: allow`));
  reader.warn(
    "RF_POLICY_DIRECTION_ABSENT",
    profile.location,
    message,
    `Write ${writings.join(" and ")} if meant`,
  );
}

function warnAboutNames(reader: Reader, profile: Profile): void {
  if (profile.names === null || listsNames(profile)) return;
  const message = `Profile "${profile.name}" says how long names hold, and none of its rules lists one`;
  reader.warn("RF_POLICY_NO_NAMES", profile.names.location, message, "Remove names, or list names in to");
}

function warnAboutDirection(
  reader: Reader,
  profile: string,
  direction: Direction,
  peers: "destinations" | "sources",
): void {
  const { shadowed, unchecked } = findShadowed(direction.rules);
  for (const { rule, by } of shadowed) {
    const message = `Rule "${rule.id}" never decides: the wider deny "${by.id}" always wins`;
    reader.warn("RF_POLICY_SHADOWED", rule.location, message, "Remove the rule, or narrow the deny");
  }
  if (unchecked > 0) {
    const message = `The last ${unchecked} rules of profile "${profile}" were not checked for wider denies`;
    const hint = "Merge denies that differ in ports or processes only";
    reader.warn("RF_POLICY_UNCHECKED", direction.location, message, hint);
  }
  if (isIpv4Only(direction)) {
    const message = `Profile "${profile}" denies by default and allows IPv4 ${peers} only`;
    const hint = "Add the IPv6 prefixes: hosts with both try IPv6 first";
    reader.warn("RF_POLICY_IPV4_ONLY", direction.location, message, hint);
  }
}
