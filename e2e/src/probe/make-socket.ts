import { SystemError } from "@ringfence/kernel/system";
import { errnoName, libc, Ring, socketCall } from "@ringfence/probe";

/** Who makes a socket: the calling thread, io_uring for it, or a worker thread of io_uring. */
export type SocketMaker = "call" | "ring" | "worker";

/** A new socket, or the name of the error. */
export function makeSocket(
  maker: SocketMaker | undefined,
  family: number,
  type: number,
  protocol: number,
): number | string {
  if (maker === "ring" || maker === "worker") {
    try {
      return Ring.make().run({ ...socketCall(family, type, protocol), worker: maker === "worker" });
    } catch (error) {
      if (error instanceof SystemError) return error.code;
      throw error;
    }
  }
  const fd = libc.socket(family, type, protocol);
  return fd < 0 ? errnoName() : fd;
}
