import { readFileSync } from "node:fs";

/** Network namespaces whose processes are remembered. */
const NETWORKS = 1024;
const FRESH_MS = 10_000;

interface Known {
  readonly pid: number;
  gateway: string | null;
  readAtMs: number;
}

/** The IPv4 router of each network namespace, read through a process that was seen there. */
export class Gateways {
  readonly #networks = new Map<number, Known>();

  /** A process runs in that network namespace. */
  see(network: number, pid: number): void {
    const known = this.#networks.get(network);
    this.#networks.delete(network);
    this.#networks.set(network, {
      pid,
      gateway: known?.gateway ?? null,
      readAtMs: known?.readAtMs ?? -FRESH_MS,
    });
    if (this.#networks.size <= NETWORKS) return;
    const [oldest] = this.#networks.keys();
    if (oldest !== undefined) this.#networks.delete(oldest);
  }

  /** Null where it is not known, or there is none. */
  of(network: number, nowMs: number): string | null {
    const known = this.#networks.get(network);
    if (known === undefined) return null;
    if (nowMs - known.readAtMs >= FRESH_MS) {
      known.gateway = gatewayOf(known.pid) ?? known.gateway;
      known.readAtMs = nowMs;
    }
    return known.gateway;
  }
}

/** From /proc/PID/net/route: numbers as the processor has them, in hexadecimal. */
function gatewayOf(pid: number): string | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/net/route`, "utf8");
  } catch {
    return null; // gone
  }
  for (const line of text.split("\n").slice(1)) {
    const [, destination, gateway] = line.split("\t");
    if (destination !== "00000000" || gateway === undefined || gateway === "00000000") continue;
    const bytes = new Uint8Array(Uint32Array.of(Number.parseInt(gateway, 16)).buffer);
    return bytes.join(".");
  }
  return null;
}
