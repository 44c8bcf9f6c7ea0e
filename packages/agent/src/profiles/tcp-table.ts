import { type Address, unmapAddress } from "@ringfence/model";

/** One line of /proc/PID/net/tcp or tcp6. */
export interface TcpSocket {
  readonly local: TcpEnd;
  readonly remote: TcpEnd;
  readonly state: "established" | "listen" | "other";
  readonly inode: number;
}

export interface TcpEnd {
  readonly address: Address;
  readonly port: number;
}

/** Reads such a file: addresses are 32-bit words as this machine has them in memory (proc(5)). */
export function parseTcpTable(text: string): readonly TcpSocket[] {
  return text.split("\n").flatMap((line) => {
    const [, local = "", remote = "", state, , , , , , inode] = line.trim().split(/\s+/);
    if (!/^[0-9A-F]+:[0-9A-F]{4}$/.test(local)) return [];
    return [{ local: endOf(local), remote: endOf(remote), state: stateOf(state), inode: Number(inode) }];
  });
}

function stateOf(code: string | undefined): TcpSocket["state"] {
  if (code === "01") return "established";
  return code === "0A" ? "listen" : "other";
}

function endOf(text: string): TcpEnd {
  const [hex = "", port = ""] = text.split(":");
  // Each word of eight digits is in the byte order of the machine: little-endian on all that Ringfence runs on.
  const value = [...hex.matchAll(/.{8}/g)]
    .map(([word]) => Buffer.from(word, "hex").readUInt32LE())
    .reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const address = unmapAddress({ family: hex.length === 8 ? 4 : 6, value });
  return { address, port: Number.parseInt(port, 16) };
}
