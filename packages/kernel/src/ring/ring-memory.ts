import { MemoryMap, pageSize } from "../system/memory-map.js";

/**
 * A BPF ring buffer's pages as the kernel lays them out (Documentation/bpf/ringbuf.rst): one page for the
 * consumer's position, one for the producer's, then the data twice in a row, so that a record that wraps
 * around is still contiguous.
 */
export class RingMemory {
  /** data bytes, a power of two */
  readonly size: number;
  readonly #consumerMap: MemoryMap;
  readonly #producerMap: MemoryMap;
  readonly #consumer: BigInt64Array;
  readonly #producer: BigInt64Array;
  readonly headers: Int32Array;
  readonly data: DataView;

  constructor(fd: number, size: number) {
    const page = pageSize();
    this.size = size;
    this.#consumerMap = new MemoryMap(fd, 0, page, true);
    this.#producerMap = new MemoryMap(fd, page, page + 2 * size, false);
    this.#consumer = new BigInt64Array(this.#consumerMap.buffer, 0, 1);
    this.#producer = new BigInt64Array(this.#producerMap.buffer, 0, 1);
    this.headers = new Int32Array(this.#producerMap.buffer, page);
    this.data = new DataView(this.#producerMap.buffer, page);
  }

  /** Bytes consumed since the ring was made. */
  get consumed(): number {
    return Number(Atomics.load(this.#consumer, 0));
  }

  set consumed(position: number) {
    Atomics.store(this.#consumer, 0, BigInt(position));
  }

  /** Bytes produced since the ring was made, records still being written included. */
  get produced(): number {
    return Number(Atomics.load(this.#producer, 0));
  }

  unmap(): void {
    this.#consumerMap.unmap();
    this.#producerMap.unmap();
  }
}
