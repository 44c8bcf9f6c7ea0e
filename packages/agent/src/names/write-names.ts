import { type BpfObject, layout, StructCodec, u32Codec } from "@ringfence/kernel";
import { type Address, toBytes16 } from "@ringfence/model";

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

/**
 * Writes what the programs that read DNS need, before they are attached. Throws RangeError for too many resolvers.
 * @param secret where the policy's names are hashed
 */
export function writeNames(object: BpfObject, secret: bigint, trusted: TrustedResolvers): void {
  object.map("dns_settings", u32Codec, settingsCodec).set(0, {
    secret,
    floor_ns: BigInt(NAME_FLOOR_SECONDS) * NS_PER_SECOND,
    wait_ns: BigInt(ANSWER_WAIT_SECONDS) * NS_PER_SECOND,
    resolver_count: trusted.addresses.length,
    unused: 0,
    resolvers: places(trusted),
  });
}

/**
 * Changes whose answers count from now on; names that were learned stay. Does nothing where they are the same. Throws
 * RangeError for too many.
 */
export function trustResolvers(object: BpfObject, trusted: TrustedResolvers): void {
  const map = object.map("dns_settings", u32Codec, settingsCodec);
  const settings = map.get(0);
  if (settings === undefined) throw new Error('Cannot read map "dns_settings": its only element is missing');
  const resolvers = places(trusted).map((place) => ({
    ...place,
    forged: settings.resolvers.find((known) => sameResolver(known, place))?.forged ?? 0,
  }));
  if (resolvers.every((place, index) => sameResolver(place, settings.resolvers[index]))) return;
  map.set(0, { ...settings, resolver_count: trusted.addresses.length, resolvers });
}

type Place = Pick<layout.rf_resolver, "netns" | "address">;

function sameResolver(a: Place, b: Place | undefined): boolean {
  return a.netns === b?.netns && Buffer.compare(a.address, b.address) === 0;
}

function places({ network, addresses }: TrustedResolvers) {
  const room = layout.rf_dns_settings.fields.resolvers.kind.length;
  if (addresses.length > room) {
    throw new RangeError(`Cannot trust ${addresses.length} resolvers: there is room for ${room}`);
  }
  const none = { netns: 0n, address: new Uint8Array(16), forged: 0, unused: 0 };
  return Array.from({ length: room }, (_, index) => {
    const address = addresses[index];
    return address === undefined ? none : { ...none, netns: network, address: toBytes16(address) };
  });
}
