import { randomBytes } from "node:crypto";
import { NAME_HASH_PRIME } from "@ringfence/policy/dns";

/** A point at which names are hashed, and which nobody knows: 1 to 2^61 - 2. */
export function drawNameSecret(): bigint {
  return 1n + (randomBytes(8).readBigUInt64LE() % (NAME_HASH_PRIME - 2n));
}
