import { randomBytes } from "node:crypto";
import { type BpfObject, layout, StructCodec, u32Codec } from "@ringfence/kernel";
import { type Address, toBytes16 } from "@ringfence/model";
import { NAME_HASH_PRIME } from "@ringfence/policy/dns";

const settingsCodec = new StructCodec(layout.rf_dns_settings, "rf_dns_settings");
const NS_PER_SECOND = 1_000_000_000n;

/** A name holds for at least so long, whatever the time to live of its addresses. */
export const NAME_FLOOR_SECONDS = 60;

/** Resolvers try for ten seconds or less; what comes later is no answer. */
export const ANSWER_WAIT_SECONDS = 12;

/** Whose answers count, and where. */
export interface TrustedResolvers {
  /** cookie of the network namespace in which these addresses are the resolvers' */
  readonly network: bigint;
  readonly addresses: readonly Address[];
}

/** Writes what the programs that read DNS need, before they are attached. Throws RangeError for too many resolvers. */
export function writeNames(object: BpfObject, { network, addresses }: TrustedResolvers): void {
  const room = layout.rf_dns_settings.fields.resolvers.kind.length;
  if (addresses.length > room) {
    throw new RangeError(`Cannot trust ${addresses.length} resolvers: there is room for ${room}`);
  }
  const none = { netns: 0n, address: new Uint8Array(16), forged: 0, unused: 0 };
  object.map("dns_settings", u32Codec, settingsCodec).set(0, {
    secret: drawSecret(),
    floor_ns: BigInt(NAME_FLOOR_SECONDS) * NS_PER_SECOND,
    wait_ns: BigInt(ANSWER_WAIT_SECONDS) * NS_PER_SECOND,
    resolver_count: addresses.length,
    unused: 0,
    resolvers: Array.from({ length: room }, (_, index) => {
      const address = addresses[index];
      return address === undefined ? none : { ...none, netns: network, address: toBytes16(address) };
    }),
  });
}

/** A point of the hash that nobody knows: 1 to 2^61 - 2. */
function drawSecret(): bigint {
  return 1n + (randomBytes(8).readBigUInt64LE() % (NAME_HASH_PRIME - 2n));
}
