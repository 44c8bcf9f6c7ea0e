import type { SourceLocation } from "@ringfence/model";
import type { Reader } from "../../parse/reader.js";
import type { BouhekiConfig } from "./bouheki-config.js";

/** Warns of what is carried and means something else here, or hardly what its writer meant. */
export function warnAboutConfig(reader: Reader, config: BouhekiConfig): void {
  const { cidr, domain, uid, gid, places } = config;
  const warn = (location: SourceLocation | undefined, message: string, hint: string) =>
    reader.warn("RF_IMPORT_DIFFERS", location, message, hint);
  const families = new Set(cidr.allow?.map(({ value }) => value.address.family));
  if (families.size === 1) {
    const [family, other] = families.has(4) ? ["IPv4", "IPv6"] : ["IPv6", "IPv4"];
    const message = `"cidr.allow" has ${family} only, and takes the place of the default for both: ${other} is denied`;
    warn(places.get("cidr"), message, `Add ${other === "IPv6" ? "::/0" : "0.0.0.0/0"} if all of it is meant`);
  }
  const [allowed] = domain.allow ?? [];
  if (allowed !== undefined && cidr.allow === null) {
    const message = '"domain.allow" adds nothing: without "cidr.allow" every address is allowed';
    warn(allowed.location, message, "Write cidr.allow with what may be reached by address");
  } else if (allowed !== undefined) {
    const message =
      'A name of "domain.allow" holds for the addresses that were answered to those who asked, while their TTL runs';
    warn(
      allowed.location,
      message,
      "bouheki asked for all names itself and forgot none; names.grace makes them hold longer",
    );
  }
  const [denied] = domain.deny;
  if (denied !== undefined) {
    const message =
      'A name of "domain.deny" denies its address only if it was asked for, and if no other live name of the address is allowed';
    warn(
      denied.location,
      message,
      "Deny the addresses too where they are known, or allow by name and deny the rest",
    );
  }
  for (const [key, { allow, deny }] of Object.entries({ uid, gid })) {
    if ((allow?.length ?? 0) + deny.length === 0) continue;
    const message = `"${key}" is the effective one here and the real one in bouheki: they differ in set-${key} programs`;
    warn(places.get(key), message, "Write exe where a set-id program is meant");
  }
}
