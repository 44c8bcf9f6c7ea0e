import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const MOST_CHUNK_BYTES = 1 << 20;

/** Reads a file, a pipe or a device to its end, but not past the chunk in which `most` bytes are exceeded. */
export function readBounded(path: string, most: number): Uint8Array {
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd); // 0 of a pipe
    const chunkBytes = size > 0 ? Math.min(size + 1, MOST_CHUNK_BYTES) : MOST_CHUNK_BYTES;
    const chunks: Buffer[] = [];
    for (let total = 0; total <= most; ) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const count = readSync(fd, chunk);
      if (count === 0) break;
      chunks.push(chunk.subarray(0, count));
      total += count;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(fd);
  }
}
