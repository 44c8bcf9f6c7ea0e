import { layout, type RawMap } from "@ringfence/kernel";
import type { CgroupTable } from "@ringfence/policy";

type Expected = CgroupTable["expected"];

/** RF_EXPECTED_CGROUPS of bpf/include/abi_policy.h: of each policy. */
export const EXPECTED_CGROUPS = 4096;

/** `foreseen` of struct rf_cgroup_rows. */
const FORESEEN = 1;
const { size, fields } = layout.rf_cgroup_path;

/** Those that the kernel can know by their path: with a zero behind it, and as many as there is room for. */
export function expectedWithin({ expected }: Pick<CgroupTable, "expected">, room: number): Expected {
  const longest = fields.path.kind.bytes - 2;
  return expected.filter(({ path }) => Buffer.byteLength(path) <= longest).slice(0, room);
}

/** Keys and rows of the map `expected_cgroups`. */
export function* expectedEntries(
  expected: Expected,
  slot: number,
): Generator<readonly [Uint8Array, ...number[]]> {
  for (const { path, row, newRow } of expected) {
    const key = new Uint8Array(size);
    key.set(Buffer.from(path));
    new DataView(key.buffer).setUint32(fields.slot.offset, slot, true);
    yield [key, row, newRow, FORESEEN];
  }
}

/** Paths in the map `expected_cgroups`, of any policy. */
export function expectedPaths(map: Pick<RawMap, "batches">): string[] {
  const paths = new Set<string>();
  for (const { count, keys } of map.batches()) {
    for (let at = 0; at < count * size; at += size) {
      const path = keys.subarray(at, at + fields.path.kind.bytes);
      paths.add(Buffer.from(path.subarray(0, path.indexOf(0))).toString());
    }
  }
  return [...paths];
}
