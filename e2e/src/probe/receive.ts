import { errnoName, libc } from "@ringfence/probe";

const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
/** Long enough for an emulated machine: only a defect makes anybody wait for it. */
const SECONDS = 20n;

/** Lets no call on this socket wait for ever. */
export function setTimeouts(fd: number, seconds = SECONDS): void {
  const value = new Uint8Array(16);
  new DataView(value.buffer).setBigInt64(0, seconds, true);
  libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, value, value.length);
  libc.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, value, value.length);
}

/** "ok" once that many bytes came in. */
export function receive(fd: number, bytes: number): string {
  const buffer = new Uint8Array(65_536);
  for (let received = 0; received < bytes; ) {
    const count = libc.recv(fd, buffer, buffer.length, 0);
    if (count < 0) return errnoName();
    if (count === 0) return "closed";
    received += count;
  }
  return "ok";
}
