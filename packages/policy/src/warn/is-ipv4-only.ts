import { type Direction, prefixesOf } from "@ringfence/model";

/** True for a default deny whose allow rules name IPv4 destinations and not one for IPv6. */
export function isIpv4Only(direction: Direction): boolean {
  if (direction.default !== "deny") return false;
  const allows = direction.rules.filter(({ action }) => action === "allow");
  return (
    allows.length > 0 &&
    allows.every(({ destination }) =>
      destination.to?.every(
        (peer) => peer.kind !== "name" && prefixesOf(peer).every(({ address }) => address.family === 4),
      ),
    )
  );
}
