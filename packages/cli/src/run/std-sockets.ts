import { fstatSync, readlinkSync } from "node:fs";
import { executablesAbove, refusedDevice } from "@ringfence/agent";
import type { RunPolicy } from "@ringfence/agent/policy";
import { AF_INET, AF_INET6, AF_UNIX, type SocketIdentity, socketIdentity } from "@ringfence/kernel/system";
import { type Address, formatAddress, fromBytes16, RingfenceError } from "@ringfence/model";
import { type FlowFacts, interpret, type ProcessFacts } from "@ringfence/policy";

const streams = ["stdin", "stdout", "stderr"] as const;
const protocols: Readonly<Record<number, FlowFacts["protocol"]>> = {
  6: "tcp",
  17: "udp",
  1: "icmp",
  58: "icmp",
};

/** TCP, UDP and MPTCP meet a hook at each call, whoever made the socket. */
const judgedProtocols: readonly number[] = [6, 17, 262];
const SOCK_RAW = 3;
const AF_NETLINK = 16;

/** Who the command will be, as far as it can be told before it runs. */
export interface CommandFacts {
  readonly exe: string | null;
  readonly comm: string;
  readonly uid: number;
  readonly gid: number;
  readonly cgroup: string;
}

/**
 * Judges standard streams that are connected sockets: they meet no hook when the command writes to them, because
 * they were made elsewhere. Throws RF_STDIO_DENIED for one that the policy denies; returns a warning for each other.
 * Throws RF_STDIO_UNJUDGED for what meets no hook even unconnected, unless the policy is only audited.
 */
export function judgeStandardStreams(policy: RunPolicy, command: CommandFacts): string[] {
  const warnings: string[] = [];
  for (const [fd, name] of streams.entries()) {
    const socket = identityOf(fd);
    const unjudged = socket === null ? unjudgedFile(fd) : whyUnjudged(socket);
    if (unjudged !== null) {
      if (policy.profiles.some(({ mode }) => mode === "enforce")) throw unjudgedError(name, unjudged);
      warnings.push(`${name} is ${unjudged}; no hook judges what goes through it`);
      continue;
    }
    const flow = flowOf(socket);
    if (flow === null) continue;
    const place = `${flow.protocol} ${formatAddress(flow.address)} port ${flow.port ?? 0}`;
    const { enforced } = interpret(policy.compiled, factsOf(command), flow);
    const rule = enforced.rule?.ruleId ?? "no rule";
    if (enforced.action === "deny") {
      throw new RingfenceError(
        "RF_STDIO_DENIED",
        `Cannot run with ${name} as a socket to ${place}: ${rule} denies it`,
        {
          hint: `redirect ${name}, or allow that destination`,
        },
      );
    }
    warnings.push(`${name} is a socket to ${place}, allowed by ${rule}; its bytes are not counted`);
  }
  return warnings;
}

/** Descriptors of the standard streams that are IP sockets. */
export function ipStreams(): number[] {
  return [...streams.keys()].filter((fd) => isIp(identityOf(fd)?.family));
}

function isIp(family: number | undefined): boolean {
  return family === AF_INET || family === AF_INET6;
}

function factsOf({ exe, comm, uid, gid, cgroup }: CommandFacts): ProcessFacts {
  return {
    exe: exe === null ? null : { path: exe, trusted: true },
    ancestors: executablesAbove(process.ppid),
    comm: comm.slice(0, 15),
    uid,
    gid,
    cgroup,
    container: false,
  };
}

/** What a descriptor that is no socket is, if things can be sent through it. */
function unjudgedFile(fd: number): string | null {
  if (isRing(fd)) return "an io_uring";
  const device = deviceOf(fd);
  return device === null ? null : `a device (${device})`;
}

function deviceOf(fd: number): string | null {
  try {
    const file = fstatSync(fd);
    return file.isCharacterDevice() ? refusedDevice(file.rdev) : null;
  } catch {
    return null; // closed
  }
}

/** Whoever has a ring has its maker's registered files and sockets, and perhaps a thread of its maker. */
function isRing(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === "anon_inode:[io_uring]";
  } catch {
    return false; // closed
  }
}

/** Packet hooks judge the rest, but only what was made in the run's own cgroup. */
function whyUnjudged({ family, type, protocol }: SocketIdentity): string | null {
  if (family === AF_UNIX || family === AF_NETLINK) return null;
  if (family !== AF_INET && family !== AF_INET6) return `a socket of family ${family}`;
  if (type === SOCK_RAW) return "a raw socket";
  return judgedProtocols.includes(protocol) ? null : `a socket of protocol ${protocol}`;
}

function unjudgedError(name: string, what: string): RingfenceError {
  return new RingfenceError(
    "RF_STDIO_UNJUDGED",
    `Cannot run with ${name} as ${what}: no hook judges what goes through it`,
    { hint: `redirect ${name}` },
  );
}

function flowOf(socket: SocketIdentity | null): FlowFacts | null {
  if (socket === null || socket.peer === null) return null;
  if (!isIp(socket.family)) return null;
  const { address, port } = socket.peer;
  return { protocol: protocols[socket.protocol] ?? "other", address: addressOf(address), port };
}

function identityOf(fd: number) {
  try {
    return socketIdentity(fd);
  } catch (error) {
    if ((error as { code?: string }).code === "EBADF") return null;
    throw error;
  }
}

function addressOf(bytes: Uint8Array): Address {
  if (bytes.length === 16) return fromBytes16(bytes);
  const mapped = new Uint8Array(16);
  mapped.set([0xff, 0xff], 10);
  mapped.set(bytes, 12);
  return fromBytes16(mapped);
}
