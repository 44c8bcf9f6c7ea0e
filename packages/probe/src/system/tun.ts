import { checked } from "./calls.js";
import { libc } from "./libc.js";

// Numbers and layout from linux/if_tun.h and linux/if.h.

const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFREQ_BYTES = 40;
const IFNAMSIZ = 16;

const O_RDWR = 2;
const PATH = Buffer.from("/dev/net/tun\0");

/** Opens the device for tun and tap. Throws SystemError. */
export function openTun(): number {
  return checked("open", libc.open(PATH, O_RDWR));
}

/**
 * Connects the device with the tun interface of that name, which is made if there is none; a name with "%d" gets a number
 * of its own. What is written to the device then comes in at the interface. Throws SystemError.
 */
export function attachTun(fd: number, name: string): void {
  const request = new Uint8Array(IFREQ_BYTES);
  request.set(Buffer.from(name));
  new DataView(request.buffer).setUint16(IFNAMSIZ, IFF_TUN | IFF_NO_PI, true);
  checked("ioctl", libc.ioctl(fd, TUNSETIFF, request));
}
