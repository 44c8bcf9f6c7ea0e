import { bind, checked, sendto, socket } from "./calls.js";
import { libc } from "./libc.js";
import { AF_INET, MSG_DONTWAIT, SOCK_DGRAM } from "./numbers.js";
import { sockaddr } from "./sockaddr.js";

const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;

/** Argument that has the prober only do this. */
export const REACH_SELF = "--reach-self";
/** Its exit status when nothing came; an errno when a call was refused. */
export const NOT_REACHED = 200;

/**
 * Sends the mark to a receiver of this process's own, over the loopback of its network namespace, which is switched on.
 * Returns whether it came. Throws SystemError when a call is refused.
 */
export function reachSelf({ port, mark }: { readonly port: number; readonly mark: string }): boolean {
  const receiver = socket(AF_INET, SOCK_DGRAM);
  const request = new Uint8Array(40); // struct ifreq
  request.set(Buffer.from("lo"));
  new DataView(request.buffer).setInt16(16, IFF_UP, true);
  checked("ioctl", libc.ioctl(receiver, SIOCSIFFLAGS, request));
  const address = sockaddr("127.0.0.1", port);
  bind(receiver, address);
  sendto(socket(AF_INET, SOCK_DGRAM), Buffer.from(mark), address);
  return libc.recv(receiver, new Uint8Array(256), 256, MSG_DONTWAIT) > 0;
}
