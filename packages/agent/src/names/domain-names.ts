import { BpfMap, layout, type RawMap, StructCodec, u64Codec } from "@ringfence/kernel";
import { nameText } from "@ringfence/policy/dns";
import { RecentMap } from "@ringfence/rules";
import type { NetworkId } from "./own-network.js";
import { FOREVER_NS } from "./write-names.js";

const keyCodec = new StructCodec(layout.rf_name_key, "rf_name_key");
const namesCodec = new StructCodec(layout.rf_names, "rf_names");
const domainCodec = new StructCodec(layout.rf_domain, "rf_domain");

/** Texts of names that are kept: each other one is asked of the kernel, for every event. */
const KEPT = 4096;

/** A name that an address was learned for, and who asked for it last; null for one of the hosts file that nobody asked for. */
export interface DomainName {
  readonly name: string;
  readonly askedBy: {
    readonly tgid: number;
    readonly execNs: bigint;
    readonly exe: layout.rf_exe_key;
  } | null;
}

/** The names of addresses, as the kernel learned them in the network namespace of the run. */
export class DomainNames {
  readonly #addresses: RawMap;
  readonly #domains: BpfMap<bigint, layout.rf_domain>;
  readonly #network: NetworkId;
  readonly #texts = new RecentMap<string, bigint>(KEPT);

  constructor(addresses: RawMap, domains: RawMap, network: NetworkId) {
    this.#addresses = addresses;
    this.#domains = new BpfMap(domains, u64Codec, domainCodec);
    this.#network = network;
  }

  /**
   * The names of an address in the order in which it is judged by them, expired ones too.
   * @param inode of the network namespace of the flow; 0 where it is not known, as for a packet
   */
  of(inode: number, address: Uint8Array): DomainName[] {
    return this.#live(inode, address).flatMap(({ domain }) => this.#name(domain) ?? []);
  }

  /** When the name of a hash runs out for an address, on the boot clock; null where it has no such name. */
  expiryOf(inode: number, address: Uint8Array, hash: bigint): bigint | null {
    return this.#live(inode, address).find(({ domain }) => domain === hash)?.expires_ns ?? null;
  }

  /** The name of a hash; null for 0, and for one that was forgotten before anybody asked. */
  textOf(hash: bigint): string | null {
    if (hash === 0n) return null;
    return this.#texts.get(hash) ?? this.#name(hash)?.name ?? null;
  }

  #live(inode: number, address: Uint8Array): layout.rf_names["live"] {
    if (inode !== 0 && inode !== this.#network.inode) return [];
    const value = this.#addresses.lookup(keyCodec.toBytes({ netns: this.#network.cookie, address }));
    if (value === undefined) return [];
    return namesCodec.fromBytes(value).live.filter(({ expires_ns }) => expires_ns > 0n);
  }

  #name(hash: bigint): DomainName | undefined {
    const domain = this.#domains.get(hash);
    if (domain === undefined) return undefined;
    const { tgid, exec_ns: execNs, exe } = domain;
    const name = nameText(domain.name.bytes.subarray(0, domain.name_length));
    this.#texts.set(hash, name);
    return { name, askedBy: tgid === 0 && domain.expires_ns === FOREVER_NS ? null : { tgid, execNs, exe } };
  }
}
