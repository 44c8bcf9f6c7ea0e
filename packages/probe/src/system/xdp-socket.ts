import { bind, checked, setOption, socket } from "./calls.js";
import { libc, mapMemory, pages } from "./libc.js";
import { AF_XDP, MSG_DONTWAIT, SOCK_RAW } from "./numbers.js";

// An XDP socket that sends one frame. Layouts and numbers from linux/if_xdp.h.

const SOL_XDP = 283;
const MMAP_OFFSETS = 1;
const TX_RING = 3;
const UMEM_REG = 4;
const UMEM_FILL_RING = 5;
const UMEM_COMPLETION_RING = 6;
const PGOFF_TX_RING = 0x80000000;
const BIND_COPY = 2;
const FRAME_BYTES = 4096;
const FRAMES = 4;
const RING_ENTRIES = 4;
const RING_BYTES = 4096;

/** Sends a frame through queue 0 of an interface, past IP. Throws SystemError. */
export function sendThroughXdp(interfaceIndex: number, frame: Uint8Array): void {
  const fd = socket(AF_XDP, SOCK_RAW);
  const memory = pages(FRAME_BYTES * FRAMES);
  for (const [index, byte] of frame.entries()) memory.view.setUint8(index, byte);
  setOption(fd, SOL_XDP, UMEM_REG, region(memory.address));
  for (const ring of [UMEM_FILL_RING, UMEM_COMPLETION_RING, TX_RING]) {
    setOption(fd, SOL_XDP, ring, RING_ENTRIES);
  }
  const { producer, descriptors } = transmitOffsets(fd);
  const ring = mapMemory(fd, RING_BYTES, PGOFF_TX_RING);
  bind(fd, xdpAddress(interfaceIndex));
  ring.setBigUint64(descriptors, 0n, true);
  ring.setUint32(descriptors + 8, frame.length, true);
  ring.setUint32(producer, 1, true);
  checked("sendto", libc.sendto(fd, null, 0, MSG_DONTWAIT, null, 0));
}

/** struct xdp_umem_reg as Linux 5.4 and later take it */
function region(address: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, address, true);
  view.setBigUint64(8, BigInt(FRAME_BYTES * FRAMES), true);
  view.setUint32(16, FRAME_BYTES, true);
  return bytes;
}

/** From struct xdp_mmap_offsets: the part for sending is the second of four. */
function transmitOffsets(fd: number): { readonly producer: number; readonly descriptors: number } {
  const bytes = new Uint8Array(128);
  checked("getsockopt", libc.getsockopt(fd, SOL_XDP, MMAP_OFFSETS, bytes, new Uint32Array([bytes.length])));
  const view = new DataView(bytes.buffer);
  return {
    producer: Number(view.getBigUint64(32, true)),
    descriptors: Number(view.getBigUint64(48, true)),
  };
}

/** struct sockaddr_xdp */
function xdpAddress(interfaceIndex: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_XDP, true);
  view.setUint16(2, BIND_COPY, true);
  view.setUint32(4, interfaceIndex, true);
  return bytes;
}
