import { libbpf } from "../libbpf/library.js";

type Bytes = Uint8Array;
type KeyCall = (fd: number, key: Bytes) => number;
type ValueCall = (fd: number, key: Bytes, value: Bytes, flags: number) => number;
type NextCall = (fd: number, key: Bytes | null, next: Bytes) => number;
type WriteBatch = (
  fd: number,
  keys: Bytes,
  values: Bytes,
  count: Uint32Array,
  options: BigUint64Array,
) => number;
type ReadBatch = (
  fd: number,
  from: Bytes | null,
  to: Bytes,
  keys: Bytes,
  values: Bytes,
  count: Uint32Array,
  options: null,
) => number;

/** libbpf's map calls; each returns 0 or a negative errno. */
export const lookupElement = libbpf.func<ValueCall>(
  "int bpf_map_lookup_elem_flags(int fd, void *key, void *value, uint64_t flags)",
);
export const updateElement = libbpf.func<ValueCall>(
  "int bpf_map_update_elem(int fd, void *key, void *value, uint64_t flags)",
);
export const deleteElement = libbpf.func<KeyCall>("int bpf_map_delete_elem(int fd, void *key)");
export const nextKey = libbpf.func<NextCall>("int bpf_map_get_next_key(int fd, void *key, void *next)");
export const updateBatch = libbpf.func<WriteBatch>(
  "int bpf_map_update_batch(int fd, void *keys, void *values, void *count, void *opts)",
);
export const lookupBatch = libbpf.func<ReadBatch>(
  "int bpf_map_lookup_batch(int fd, void *from, void *to, void *keys, void *values, void *count, void *opts)",
);
export const possibleCpus = libbpf.func<() => number>("int libbpf_num_possible_cpus(void)");

/** struct bpf_map_batch_opts: its size, the flags of every element, the flags of the call. */
export function batchOptions(elementFlags: number): BigUint64Array {
  return new BigUint64Array([24n, BigInt(elementFlags), 0n]);
}
