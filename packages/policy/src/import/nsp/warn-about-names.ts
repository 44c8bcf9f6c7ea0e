import { RESOLVER_ROOM } from "../../names/resolver-room.js";
import type { Reader } from "../../parse/reader.js";
import { letsDnsThrough } from "./direction-ports.js";
import type { NspPolicy, NspProfile } from "./nsp-profile.js";
import { resolversOf } from "./resolvers-of.js";

/** Warns of names that mean more here, or less, and of resolvers that there is no room for. */
export function warnAboutNames(reader: Reader, profile: NspProfile): void {
  for (const { policy } of profile.processes) {
    warnOfAsking(reader, policy);
    warnOfIncoming(reader, policy);
  }
  for (const { location } of resolversOf(profile).slice(RESOLVER_ROOM)) {
    const message = `Answers of this address do not count: there is room for ${RESOLVER_ROOM} resolvers`;
    const hint = "List blocks where no resolver is meant, and single addresses for resolvers";
    reader.warn("RF_IMPORT_LOST", location, message, hint);
  }
}

function warnOfAsking(reader: Reader, { egress }: NspPolicy): void {
  const [name] = [...(egress?.fqdns ?? []), ...(egress?.questions ?? [])];
  if (egress === null || name === undefined) return;
  const { cidrs, families } = egress;
  const reaches = cidrs.some(({ value }) => families.some((family) => family.value === value.address.family));
  if (reaches && letsDnsThrough(egress)) return;
  const message =
    "Nothing may be asked on port 53 there, so names are of no use; here who lists names may ask the resolvers";
  const hint = "Remove the names, or let the resolver's address and port 53 through";
  reader.warn("RF_IMPORT_DIFFERS", name.location, message, hint);
}

function warnOfIncoming(reader: Reader, { egress, ingress }: NspPolicy): void {
  if (ingress === null || (egress?.fqdns ?? []).length === 0) return;
  if (ingress.cidrs.length === 0 || ingress.protocols.length === 0) return;
  const message =
    "Addresses of fqdns may also connect to this binary there; here what comes in has no name, and only blocks count";
  reader.warn(
    "RF_IMPORT_DIFFERS",
    ingress.location,
    message,
    "List the blocks of whoever connects. Answers need no rule",
  );
}
