import { closeSync, readSync } from "node:fs";
import { RingfenceError } from "@ringfence/model";
import type { BpfLink } from "./bpf-link.js";
import { errnoText } from "./errno.js";
import { libbpf } from "./library.js";

const CHUNK_BYTES = 64 * 1024;

const iterCreate = libbpf.func<(linkFd: number) => number>("int bpf_iter_create(int fd)");

/** Runs an iterator program from beginning to end and returns all it wrote. */
export function iterate(link: Pick<BpfLink, "fd">): Buffer {
  const fd = iterCreate()(link.fd);
  if (fd < 0) throw new RingfenceError("RF_ATTACH_REFUSED", `Cannot start a BPF iterator: ${errnoText(-fd)}`);
  try {
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = readChunk(fd);
      if (chunk === undefined) continue;
      if (chunk.length === 0) return Buffer.concat(chunks);
      chunks.push(chunk);
    }
  } finally {
    closeSync(fd);
  }
}

/** undefined when the kernel paused after many objects without output and wants to be asked again. */
function readChunk(fd: number): Buffer | undefined {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    return buffer.subarray(0, readSync(fd, buffer));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return undefined;
    throw error;
  }
}
