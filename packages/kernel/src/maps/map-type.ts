/** Numbers of enum bpf_map_type (linux/bpf.h) that this package treats by name. */
export const mapTypes = {
  hash: 1,
  array: 2,
  perCpuHash: 5,
  perCpuArray: 6,
  lruHash: 9,
  lruPerCpuHash: 10,
  lpmTrie: 11,
  perCpuCgroupStorage: 21,
  skStorage: 24,
  ringBuffer: 27,
  taskStorage: 29,
  bloomFilter: 30,
} as const;

const perCpu: readonly number[] = [
  mapTypes.perCpuHash,
  mapTypes.perCpuArray,
  mapTypes.lruPerCpuHash,
  mapTypes.perCpuCgroupStorage,
];

/** True when every CPU has a value of its own. */
export function isPerCpu(type: number): boolean {
  return perCpu.includes(type);
}
