import type { Socket } from "node:net";
import { type PeerCredentials, peerCredentials } from "@ringfence/kernel/system";

/** Who asks, and what for. */
export interface Peer extends PeerCredentials {
  readonly access: "read" | "change";
}

/** Who is at the other end of an accepted connection; null when they may not ask anything. */
export function peerOf(socket: Socket, readers: number | null): Peer | null {
  const credentials = peerCredentials(descriptorOf(socket));
  const access = accessOf(credentials, readers);
  return access === null ? null : { ...credentials, access };
}

/** Root may change, members of the readers' group may read, by their group or a supplementary one. */
export function accessOf(
  { uid, gid, groups }: Omit<PeerCredentials, "pid">,
  readers: number | null,
): Peer["access"] | null {
  if (uid === 0) return "change";
  return readers !== null && (gid === readers || groups.includes(readers)) ? "read" : null;
}

/** The descriptor of a socket, which Node keeps to itself; -1 for one that was closed. */
export function descriptorOf(socket: object): number {
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd ?? -1;
}
