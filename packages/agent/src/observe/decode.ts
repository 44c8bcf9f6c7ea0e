import { layout } from "@ringfence/kernel";
import {
  type Address,
  type ExeFlag,
  formatAddress,
  fromBytes16,
  type Hook,
  type Reason,
  type VerdictDirection,
  verdictDirections,
} from "@ringfence/model";

const hooks: Readonly<Record<number, Hook>> = {
  [layout.rf_hook.RF_HOOK_CONNECT]: "connect",
  [layout.rf_hook.RF_HOOK_SENDMSG]: "sendmsg",
  [layout.rf_hook.RF_HOOK_SOCK_CREATE]: "sock_create",
  [layout.rf_hook.RF_HOOK_SETSOCKOPT]: "setsockopt",
  [layout.rf_hook.RF_HOOK_PACKET]: "packet",
  [layout.rf_hook.RF_HOOK_BIND]: "bind",
  [layout.rf_hook.RF_HOOK_LISTEN]: "listen",
  [layout.rf_hook.RF_HOOK_SOCKET_CREATE]: "socket_create",
  [layout.rf_hook.RF_HOOK_SOCKET_SENDMSG]: "socket_sendmsg",
  [layout.rf_hook.RF_HOOK_SOCKET_RECVMSG]: "socket_recvmsg",
  [layout.rf_hook.RF_HOOK_TC]: "tc",
  [layout.rf_hook.RF_HOOK_SCAN]: "descriptors",
  [layout.rf_hook.RF_HOOK_DEVICE]: "device",
};

const reasons: Readonly<Record<number, Reason>> = {
  [layout.rf_reason.RF_REASON_POLICY]: "policy",
  [layout.rf_reason.RF_REASON_REPLY]: "reply",
  [layout.rf_reason.RF_REASON_SOURCE_ROUTE]: "source-route",
  [layout.rf_reason.RF_REASON_UNJUDGED]: "unjudged-socket",
  [layout.rf_reason.RF_REASON_OUTSIDE_CGROUP]: "outside-cgroup",
  [layout.rf_reason.RF_REASON_MALFORMED]: "malformed-packet",
  [layout.rf_reason.RF_REASON_NAME_EXPIRED]: "name-expired",
  [layout.rf_reason.RF_REASON_QUARANTINE]: "quarantine",
  [layout.rf_reason.RF_REASON_BORROWED]: "borrowed",
  [layout.rf_reason.RF_REASON_FAMILY]: "address-family",
  [layout.rf_reason.RF_REASON_DEVICE]: "device",
};

const exeFlags: readonly (readonly [number, ExeFlag])[] = [
  [layout.rf_exe_flag.RF_EXE_TRUSTED, "trusted"],
  [layout.rf_exe_flag.RF_EXE_DELETED, "deleted"],
  [layout.rf_exe_flag.RF_EXE_MEMFD, "no-path"],
  [layout.rf_exe_flag.RF_EXE_TRUNCATED, "truncated"],
  [layout.rf_exe_flag.RF_EXE_UNKNOWN, "unknown"],
];

const protocols: Readonly<Record<number, string>> = {
  1: "icmp",
  6: "tcp",
  17: "udp",
  58: "icmpv6",
  132: "sctp",
  136: "udplite",
};

/** Address families that no hook judges, by number. */
const families: Readonly<Record<number, string>> = {
  17: "packet",
  21: "rds",
  30: "tipc",
  31: "bluetooth",
  33: "rxrpc",
  40: "vsock",
  43: "smc",
  44: "xdp",
};

/** Devices that send past every hook. */
const devices: Readonly<Record<number, string>> = {
  [layout.rf_device.RF_DEVICE_TUN]: "tun",
  [layout.rf_device.RF_DEVICE_VHOST_NET]: "vhost-net",
  [layout.rf_device.RF_DEVICE_VHOST_VSOCK]: "vhost-vsock",
  [layout.rf_device.RF_DEVICE_INFINIBAND]: "infiniband",
  [layout.rf_device.RF_DEVICE_MACVTAP]: "macvtap",
  [layout.rf_device.RF_DEVICE_IPVTAP]: "ipvtap",
  [layout.rf_device.RF_DEVICE_LATER]: "later",
};

/** TCP, UDP, SCTP and UDP-Lite, by IP protocol number. */
const protocolsWithPorts: readonly number[] = [6, 17, 132, 136];

/** Throws on a number this build does not know: kernel side and user space are of one version. */
export function hookOf(number: number): Hook {
  return known(hooks[number], "hook", number);
}

export function directionOf(number: number): VerdictDirection {
  return known(verdictDirections[number], "direction", number);
}

export function reasonOf(number: number): Reason {
  return known(reasons[number], "reason", number);
}

export function exeFlagsOf(bits: number): ExeFlag[] {
  return exeFlags.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}

/** A protocol's name, or its number as text; the address family or device where that is what the verdict is about. */
export function protocolOf(number: number, reason: Reason): string {
  if (reason === "address-family") return families[number] ?? `family ${number}`;
  if (reason === "device") return deviceName(number);
  return protocols[number] ?? String(number);
}

/** The name of an `rf_device`. */
export function deviceName(number: number): string {
  return known(devices[number], "device", number);
}

/** The port of a flow's key; null for protocols that have none. */
export function portOf(key: { readonly protocol: number; readonly port: number }): number | null {
  return protocolsWithPorts.includes(key.protocol) ? key.port : null;
}

/** Text up to the first NUL; what is not UTF-8 shows as U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end === -1 ? bytes.length : end)).toString();
}

/** Arguments as the kernel keeps them, each ended by NUL, joined by spaces. */
export function commandLineOf(bytes: Uint8Array, length: number): string {
  const text = Buffer.from(bytes.subarray(0, Math.min(length, bytes.length))).toString();
  const joined = text.replace(/\0+$/, "").replaceAll("\0", " ");
  return length > bytes.length ? `${joined}…` : joined;
}

export function addressOf(bytes: Uint8Array): Address {
  return fromBytes16(bytes.slice());
}

const withoutDestination: readonly (Hook | Reason)[] = [
  "sock_create",
  "setsockopt",
  "address-family",
  "device",
];

/** The other end of a verdict, or a listener's own; null where the verdict is about none. */
export function destinationOf(bytes: Uint8Array, hook: Hook, reason: Reason): string | null {
  if (withoutDestination.includes(hook) || withoutDestination.includes(reason)) return null;
  // a raw socket that was made outside may have no other end
  if (reason === "borrowed" && bytes.every((byte) => byte === 0)) return null;
  return formatAddress(addressOf(bytes));
}

function known<T>(value: T | undefined, what: string, number: number): T {
  if (value === undefined) throw new RangeError(`Cannot decode ${what} ${number}: unknown to this version`);
  return value;
}
