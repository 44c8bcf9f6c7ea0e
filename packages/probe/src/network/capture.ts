import { closeSync } from "node:fs";
import { checked, interfaceIndex, setOption } from "../system/calls.js";
import { libc } from "../system/libc.js";
import { AF_PACKET, MSG_DONTWAIT, SO_RCVBUFFORCE, SOCK_RAW, SOL_SOCKET } from "../system/numbers.js";
import { linkSockaddr } from "../system/sockaddr.js";

const ETH_P_ALL = 3;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const BUFFER_BYTES = 16 * 1024 * 1024;

/** Every frame that an interface takes in or sends out, from the moment it was made. */
export class Capture {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(65_536);

  /** @param link name of the interface, in the network namespace of the calling thread */
  constructor(link: string) {
    this.#fd = checked("socket", libc.socket(AF_PACKET, SOCK_RAW, 0));
    setOption(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES);
    const address = linkSockaddr(interfaceIndex(link));
    new DataView(address.buffer).setUint16(2, ETH_P_ALL);
    checked("bind", libc.bind(this.#fd, address, address.length));
  }

  /** The frames that came since the last call. */
  *frames(): Generator<Buffer> {
    for (;;) {
      const length = libc.recv(this.#fd, this.#buffer, this.#buffer.length, MSG_DONTWAIT);
      if (length < 0) return;
      yield this.#buffer.subarray(0, length);
    }
  }

  /** Frames that found no room since the last call. */
  lost(): number {
    const counts = new Uint8Array(8); // struct tpacket_stats: packets, drops
    const length = new Uint32Array([counts.length]);
    checked("getsockopt", libc.getsockopt(this.#fd, SOL_PACKET, PACKET_STATISTICS, counts, length));
    return new DataView(counts.buffer).getUint32(4, true);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
