import { type Address, addressBits, formatAddress } from "@ringfence/model";
import type { Placed } from "../placed.js";
import { letsDnsThrough } from "./direction-ports.js";
import type { NspProfile } from "./nsp-profile.js";

/** Single addresses that some binary may ask for names, each once: nobody else's answers counted. */
export function resolversOf({ processes }: NspProfile): readonly Placed<Address>[] {
  const found = processes.flatMap(({ policy: { egress } }) => {
    if (egress === null || !letsDnsThrough(egress)) return [];
    return egress.cidrs
      .filter(({ value: { address, length } }) => length === addressBits(address.family))
      .filter(({ value: { address } }) => egress.families.some(({ value }) => value === address.family))
      .map(({ value, location }) => ({ value: value.address, location }));
  });
  const first = new Map(found.toReversed().map((one) => [formatAddress(one.value), one]));
  return found.filter((one) => first.get(formatAddress(one.value)) === one);
}
