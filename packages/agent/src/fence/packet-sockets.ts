import { type BpfObject, TcxLink } from "@ringfence/kernel";
import { interfaces } from "@ringfence/kernel/system";
import { RingfenceError } from "@ringfence/model";

const PROGRAM = "stop_packet_socket";

/** What stops AF_PACKET sockets of a run that keeps CAP_NET_RAW. */
export interface PacketSockets {
  readonly links: readonly TcxLink[];
  /** names of the interfaces that drop what such sockets send */
  readonly interfaces: readonly string[];
  /** why nothing drops it; null when something does, or nobody asked for it */
  readonly refused: string | null;
}

/** Nobody asked for it. */
export const packetSocketsLeft: PacketSockets = { links: [], interfaces: [], refused: null };

/** Has `load` include the program. */
export function includePacketSocketStop(object: BpfObject): void {
  object.setAutoload(PROGRAM, true);
}

/** Attaches at every interface of this process's network namespace, or at none. */
export function stopPacketSockets(object: BpfObject): PacketSockets {
  const links: TcxLink[] = [];
  const found = interfaces();
  try {
    for (const { index } of found) links.push(TcxLink.attach(object.program(PROGRAM).fd, index));
    return { links, interfaces: found.map(({ name }) => name), refused: null };
  } catch (error) {
    for (const link of links) link.destroy();
    if (!(error instanceof RingfenceError)) throw error;
    return { links: [], interfaces: [], refused: error.message };
  }
}
