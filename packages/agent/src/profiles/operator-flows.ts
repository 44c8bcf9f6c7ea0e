import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { formatAddress } from "@ringfence/model";
import { liveProcess } from "../host/live-process.js";
import type { ProtectedFlow } from "./assess-profiles.js";
import { parseTcpTable, type TcpSocket } from "./tcp-table.js";

/** Names of programs that carry the sessions of operators; OpenSSH has split its own since 9.8. */
const sessionPrograms = new Set(["sshd", "sshd-session", "dropbear"]);

/** A process and the sockets that it holds. */
interface Holder {
  readonly pid: number;
  readonly program: string;
  readonly sockets: ReadonlySet<number>;
  /** Names its network namespace. */
  readonly network: string | null;
}

/**
 * The connections by which this host is administered: those of all SSH servers, and those of the process that asks and of
 * its ancestors. Found by the sockets that they hold; what their environment says could be made up.
 * @param requester process that asks for the change; null when nobody does
 */
export function operatorFlows(requester: number | null): readonly ProtectedFlow[] {
  const servers = processes().filter((pid) => sessionPrograms.has(programOf(pid) ?? ""));
  const holders = [...new Set([...servers, ...lineage(requester)])].map(holderOf);
  const tables = new Map<string | null, readonly TcpSocket[]>();
  for (const { network, pid } of holders) if (!tables.has(network)) tables.set(network, tableOf(pid));
  const seen = new Set<number>();
  return holders.flatMap((holder) => {
    const table = tables.get(holder.network) ?? [];
    const held = table.filter(({ state, inode }) => state === "established" && holder.sockets.has(inode));
    const fresh = held.filter(({ inode }) => !seen.has(inode) && seen.add(inode));
    return fresh.flatMap((socket) => flowsOf(socket, holder, holders, table));
  });
}

function flowsOf(
  socket: TcpSocket,
  holder: Holder,
  holders: readonly Holder[],
  table: readonly TcpSocket[],
): readonly ProtectedFlow[] {
  const { local, remote } = socket;
  const listener = table.find(({ state, local: { port } }) => state === "listen" && port === local.port);
  const direction = listener === undefined ? ("egress" as const) : ("ingress" as const);
  const flow = {
    direction,
    protocol: "tcp" as const,
    address: remote.address,
    port: direction === "ingress" ? local.port : remote.port,
  };
  const what = `${holder.program} (pid ${holder.pid}) with ${formatAddress(remote.address)} port ${remote.port}, here port ${local.port}`;
  // What comes in is judged by who listens; where that is gone, as after a restart, by who holds the connection.
  const owner =
    holders.find(({ sockets }) => listener !== undefined && sockets.has(listener.inode)) ?? holder;
  const facts = liveProcess(owner.pid)?.facts;
  return facts === undefined ? [] : [{ what, process: facts, flow }];
}

function processes(): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
}

/** A process and those above it. */
function lineage(pid: number | null): readonly number[] {
  const pids: number[] = [];
  for (let at = pid ?? 0; at > 1 && !pids.includes(at); at = parentOf(at)) pids.push(at);
  return pids;
}

function parentOf(pid: number): number {
  const status = read(() => readFileSync(`/proc/${pid}/status`, "utf8")) ?? "";
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

function holderOf(pid: number): Holder {
  const folder = `/proc/${pid}/fd`;
  const sockets = (read(() => readdirSync(folder)) ?? []).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(read(() => readlinkSync(`${folder}/${fd}`)) ?? "")?.[1];
    return inode === undefined ? [] : [Number(inode)];
  });
  return {
    pid,
    program: programOf(pid) ?? "a process",
    sockets: new Set(sockets),
    network: read(() => readlinkSync(`/proc/${pid}/ns/net`)),
  };
}

function tableOf(pid: number): readonly TcpSocket[] {
  return ["tcp", "tcp6"].flatMap((name) =>
    parseTcpTable(read(() => readFileSync(`/proc/${pid}/net/${name}`, "utf8")) ?? ""),
  );
}

function programOf(pid: number): string | null {
  const path = read(() => readlinkSync(`/proc/${pid}/exe`));
  return path === null ? null : basename(path.replace(/ \(deleted\)$/, ""));
}

/** Null for a process that is gone, and for a kernel thread. */
function read<T>(get: () => T): T | null {
  try {
    return get();
  } catch {
    return null;
  }
}
