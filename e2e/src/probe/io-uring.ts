import koffi from "koffi";
import { addressOf, errnoName, libc, mapMemory } from "./libc.js";

const SETUP = 425;
const ENTER = 426;
const OP_CONNECT = 16;
const FORCE_ASYNC = 1 << 4; // IOSQE_ASYNC: a worker of the kernel connects, not the caller
const GET_EVENTS = 1n;
const OFFSET_SQES = 0x10000000;
const SQE_BYTES = 64;

/** Connects through io_uring, in one of its worker threads. Layouts from linux/io_uring.h. */
export function connectByRing(socket: number, address: Uint8Array): string {
  const parameters = new Uint8Array(120);
  const view = new DataView(parameters.buffer);
  const ring = libc.syscall(SETUP, 2n, addressOf(parameters), 0n, 0n, 0n, 0n);
  if (ring < 0) return errnoName();
  const at = (offset: number) => view.getUint32(offset, true);
  // sq_off begins at 40, cq_off at 80; since Linux 5.4 both rings share one mapping
  const submission = { tail: at(44), array: at(64) };
  const completion = { tail: at(84), entries: at(100) };
  const rings = mapMemory(ring, Math.max(completion.entries + at(4) * 16, submission.array + at(0) * 4), 0);
  const entries = mapMemory(ring, at(0) * SQE_BYTES, OFFSET_SQES);
  writeConnect(entries, socket, address);
  rings.setUint32(submission.array, 0, true);
  rings.setUint32(submission.tail, 1, true);
  const entered = libc.syscall(ENTER, BigInt(ring), 1n, 1n, GET_EVENTS, 0n, 0n);
  const result = entered < 0 ? errnoName() : completed(rings, completion);
  libc.close(ring);
  return result;
}

function writeConnect(entries: DataView, socket: number, address: Uint8Array): void {
  entries.setUint8(0, OP_CONNECT);
  entries.setUint8(1, FORCE_ASYNC);
  entries.setInt32(4, socket, true);
  entries.setBigUint64(8, BigInt(address.length), true);
  entries.setBigUint64(16, addressOf(address), true);
}

function completed(rings: DataView, completion: { readonly tail: number; readonly entries: number }): string {
  if (rings.getUint32(completion.tail, true) === 0) return "no completion";
  const result = rings.getInt32(completion.entries + 8, true);
  if (result >= 0) return "ok";
  koffi.errno(-result);
  return errnoName();
}
