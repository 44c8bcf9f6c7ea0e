import { layout, type RawMap, StructCodec } from "@ringfence/kernel";
import { parseAddress, toBytes16 } from "@ringfence/model";

const processFields = layout.rf_process.fields;
const quarantineCodec = new StructCodec(layout.rf_quarantine, "rf_quarantine");
const countCodec = new StructCodec(layout.rf_shut_out, "rf_shut_out");
const firstElement = new Uint8Array(4);
/** A tree that grows while it is marked is marked again, so often at most: a marked process marks its children itself. */
const PASSES = 8;

/** Until somebody releases it. */
export const UNTIL_RELEASED = 2n ** 63n - 1n;

export interface ShutOutMaps {
  readonly processes: RawMap;
  readonly quarantined: RawMap;
  readonly banned: RawMap;
  readonly shut_out: RawMap;
}

/** Who is cut off from the network by an alert, whatever the policy says: see bpf/include/quarantine.h. */
export class ShutOut {
  readonly #maps: ShutOutMaps;

  constructor(maps: ShutOutMaps) {
    this.#maps = maps;
    this.count();
  }

  /**
   * Cuts a process and all below it off, and returns how many. Throws RF_MAP_FULL.
   * @param untilNs of the boot clock
   */
  quarantine(pid: number, untilNs: bigint): number {
    const marked = new Set<number>();
    for (let pass = 0; pass < PASSES; pass++) {
      const before = marked.size;
      const parents = this.#parents();
      for (const [child, { start }] of parents) {
        if (marked.has(child) || !isBelow(child, pid, parents)) continue;
        this.#maps.quarantined.update(
          idBytes(child),
          quarantineCodec.toBytes({ start_ns: start, until_ns: untilNs }),
        );
        marked.add(child);
      }
      this.count();
      if (marked.size === before) break;
    }
    return marked.size;
  }

  /** Lets nothing in from an address. Throws RF_MAP_FULL. */
  ban(address: string, untilNs: bigint): void {
    const parsed = parseAddress(address);
    if (parsed === null) return;
    this.#maps.banned.update(toBytes16(parsed), new Uint8Array(BigUint64Array.of(untilNs).buffer));
    this.count();
  }

  /** Ends all quarantines and bans, and returns how many there were. */
  release(): number {
    const removed = removeAll(this.#maps.quarantined) + removeAll(this.#maps.banned);
    this.count();
    return removed;
  }

  /** Tells the kernel whether it has to look at all. */
  count(): { readonly processes: number; readonly addresses: number } {
    const { quarantined, banned, shut_out } = this.#maps;
    const counts = { processes: keysOf(quarantined).length, addresses: keysOf(banned).length };
    shut_out.update(firstElement, countCodec.toBytes(counts));
    return counts;
  }

  /** Descendants of a process, itself too. */
  treeOf(pid: number): number[] {
    const parents = this.#parents();
    return [...parents.keys()].filter((child) => isBelow(child, pid, parents));
  }

  #parents(): Map<number, { readonly parent: number; readonly start: bigint }> {
    const found = new Map<number, { readonly parent: number; readonly start: bigint }>();
    const { size } = layout.rf_process;
    for (const { count, values } of this.#maps.processes.batches()) {
      const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
      for (let at = 0; at < count * size; at += size) {
        found.set(view.getUint32(at + processFields.tgid.offset, true), {
          parent: view.getUint32(at + processFields.parent_tgid.offset, true),
          start: view.getBigUint64(at + processFields.start_ns.offset, true),
        });
      }
    }
    return found;
  }
}

function isBelow(
  child: number,
  root: number,
  parents: ReadonlyMap<number, { readonly parent: number }>,
): boolean {
  const seen = new Set<number>();
  for (let at = child; at > 0 && !seen.has(at); at = parents.get(at)?.parent ?? 0) {
    if (at === root) return true;
    seen.add(at);
  }
  return false;
}

function idBytes(pid: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(pid).buffer);
}

function keysOf(map: RawMap): Uint8Array[] {
  const { keySize } = map.info;
  return [...map.batches()].flatMap(({ count, keys }) =>
    Array.from({ length: count }, (_, index) => keys.slice(index * keySize, (index + 1) * keySize)),
  );
}

function removeAll(map: RawMap): number {
  const keys = keysOf(map);
  for (const key of keys) map.delete(key);
  return keys.length;
}
