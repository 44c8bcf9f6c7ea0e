import { type BpfObject, layout, StructCodec, u32Codec, u64Codec } from "@ringfence/kernel";
import { type Address, prefixContains, prefixesOf, toBytes16 } from "@ringfence/model";
import { nameHash, nameWire } from "@ringfence/policy/dns";
import type { HostEntry } from "./parse-hosts.js";

const settingsCodec = new StructCodec(layout.rf_dns_settings, "rf_dns_settings");
const keyCodec = new StructCodec(layout.rf_name_key, "rf_name_key");
const namesCodec = new StructCodec(layout.rf_names, "rf_names");
const domainCodec = new StructCodec(layout.rf_domain, "rf_domain");
const NS_PER_SECOND = 1_000_000_000n;

/** When a name expires that does not: RF_DNS_FOREVER_NS of the kernel side. */
export const FOREVER_NS = 2n ** 62n;

/** A name holds for at least so long, whatever the time to live of its addresses. */
export const NAME_FLOOR_SECONDS = 60;

/** Resolvers try for ten seconds or less; what comes later is no answer. */
export const ANSWER_WAIT_SECONDS = 12;

/** Whose answers count, and where, and what holds there without one. */
export interface TrustedResolvers {
  /** cookie of the network namespace in which these addresses are the resolvers' */
  readonly network: bigint;
  readonly addresses: readonly Address[];
  /** those that are not on loopback are the resolvers' in every other one too: of containers */
  readonly everywhere?: boolean;
  /** names that hold from the start, and do not run out */
  readonly hosts?: readonly HostEntry[];
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
    netns: trusted.network,
    version: 0,
    unused: 0,
    resolvers: places(trusted),
  });
  writeHosts(object, secret, trusted);
}

/**
 * Changes whose answers count from now on; names that were learned stay. Does nothing where they are the same. Throws
 * RangeError for too many.
 */
export function trustResolvers(object: BpfObject, trusted: TrustedResolvers): void {
  const map = object.map("dns_settings", u32Codec, settingsCodec);
  const settings = map.get(0);
  if (settings === undefined) throw new Error('Cannot read map "dns_settings": its only element is missing');
  const resolvers = places(trusted);
  if (resolvers.every((place, index) => sameResolver(place, settings.resolvers[index]))) return;
  map.set(0, { ...settings, version: settings.version + 1, resolvers });
}

type Place = Pick<layout.rf_resolver, "netns" | "address">;

function sameResolver(a: Place, b: Place | undefined): boolean {
  return a.netns === b?.netns && Buffer.compare(a.address, b.address) === 0;
}

function places({ network, addresses, everywhere = false }: TrustedResolvers) {
  const room = layout.rf_dns_settings.fields.resolvers.kind.length;
  if (addresses.length > room) {
    throw new RangeError(`Cannot trust ${addresses.length} resolvers: there is room for ${room}`);
  }
  const none = { netns: 0n, address: new Uint8Array(16) };
  return Array.from({ length: room }, (_, index) => {
    const address = addresses[index];
    if (address === undefined) return none;
    return { netns: everywhere && !isLoopback(address) ? 0n : network, address: toBytes16(address) };
  });
}

function isLoopback(address: Address): boolean {
  return prefixesOf({ kind: "set", set: "localhost" }).some((prefix) => prefixContains(prefix, address));
}

function writeHosts(object: BpfObject, secret: bigint, { network, hosts = [] }: TrustedResolvers): void {
  const domains = object.map("domains", u64Codec, domainCodec);
  const table = object.map("addresses", keyCodec, namesCodec);
  const room = layout.rf_names.fields.live.kind.length;
  for (const { address, names } of hosts) {
    const hashes = names.map((name) => {
      const wire = nameWire(name);
      const hash = nameHash(wire, secret);
      domains.set(hash, { ...nobody, name_length: wire.length, name: { bytes: padded(wire) } });
      return hash;
    });
    const live = Array.from({ length: room }, (_, index) => {
      const domain = hashes[index];
      return domain === undefined ? { domain: 0n, expires_ns: 0n } : { domain, expires_ns: FOREVER_NS };
    });
    table.set({ netns: network, address: toBytes16(address) }, { live });
  }
}

/** Who asked for a name that was in force before anybody did. */
const nobody = {
  expires_ns: FOREVER_NS,
  row: 0n,
  exec_ns: 0n,
  exe: { hash: [0n, 0n] },
  tgid: 0,
  uid: 0,
  unused: 0,
};

function padded(wire: Uint8Array): Uint8Array {
  const room = new Uint8Array(layout.rf_domain.fields.name.kind.fields.bytes.kind.bytes);
  room.set(wire);
  return room;
}
