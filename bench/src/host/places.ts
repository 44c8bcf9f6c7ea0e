import { fileURLToPath } from "node:url";

function place(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

/** Absolute paths of what the benchmark reads, makes and writes. */
export const places = {
  root: place("."),
  cache: place(".cache/bench"),
  object: place("bpf/build/ringfence.bpf.o"),
  emptySource: place("bench/bpf/empty.bpf.c"),
  emptyObject: place(".cache/bench/empty.bpf.o"),
  workerSources: place("bench/native"),
  worker: place(".cache/bench/worker"),
  policy: place("bench/policy.yaml"),
  ringfence: place("ringfence"),
  results: place("bench/results/latest.json"),
  page: place("docs/benchmarks.md"),
} as const;
