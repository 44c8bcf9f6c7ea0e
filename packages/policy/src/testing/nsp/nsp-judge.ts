import { type Address, parsePrefix, prefixContains } from "@ringfence/model";

/** One direction of a policy, as the file of a SecurityProfile has it. */
export interface NspSide {
  readonly fqdns?: readonly string[];
  readonly cidr4?: readonly string[];
  readonly cidr6?: readonly string[];
  readonly l3?: { readonly protocols?: readonly string[] };
  readonly l4?: {
    readonly protocols?: readonly string[];
    readonly protocolPorts?: readonly { readonly protocol: string; readonly port: number }[];
  };
  readonly l7?: { readonly protocols?: readonly string[]; readonly dns?: readonly string[] };
}

export interface NspNetwork {
  readonly egress?: NspSide;
  readonly ingress?: NspSide;
}

/** The `spec` of a SecurityProfile. */
export interface NspSpec {
  readonly actions?: readonly string[];
  readonly default?: NspNetwork;
  readonly processes?: readonly { readonly path: string; readonly network?: NspNetwork }[];
}

/** The first packet of a flow. */
export interface NspPacket {
  readonly exe: string;
  readonly way: "egress" | "ingress";
  readonly protocol: "tcp" | "udp" | "sctp" | "icmp";
  /** The other end, and the names that were resolved to it: the probe adds it to the blocks of whoever lists one. */
  readonly address: Address;
  readonly names: readonly string[];
  readonly remotePort: number;
  readonly localPort: number;
}

const protocols = ["tcp", "udp", "sctp", "icmp"] as const;
const addresses: readonly Address[] = [
  { family: 4, value: 1n },
  { family: 6, value: 1n },
];
/** One that no list and no application has. */
const anyPort = 50_000;
const applications: Readonly<Record<number, string>> = { 53: "dns", 80: "http", 443: "https" };

/**
 * Whether Network Security Probe lets a packet pass when it enforces: sections 3 and 5 of its description. A packet must be
 * in the list of every layer. Two things are as its authors meant them: IPv6 blocks count with all their bits, and what
 * comes in has no name. ICMP has a process here, so it passes by the policy of its process or by that of none.
 */
export function nspPermits(spec: NspSpec, packet: NspPacket): boolean {
  const { exe, way, protocol } = packet;
  const own = spec.processes?.find(({ path }) => path === exe)?.network?.[way] ?? {};
  if (passes(own, packet)) return true;
  return protocol === "icmp" && passes({ ...spec.default?.[way], fqdns: [] }, packet);
}

/**
 * Whether it lets a binary ask for a name: those in `l7.dns`, and, as was meant, those in `fqdns` without being listed there
 * again, if anything may be reached by them. Names are compared without case, and for queries of every type.
 */
export function nspMayAsk({ processes }: NspSpec, exe: string, name: string): boolean {
  const side = processes?.find(({ path }) => path === exe)?.network?.egress ?? {};
  if (lists(side.l7?.dns ?? [], name)) return true;
  const ports = [anyPort, ...(side.l4?.protocolPorts ?? []).map(({ port }) => port)];
  return ports.some((remotePort) =>
    protocols.some((protocol) =>
      addresses.some((address) => {
        const packet = { exe, way: "egress", protocol, address, names: [name], remotePort } as const;
        return passes({ ...side, cidr4: [], cidr6: [] }, { ...packet, localPort: anyPort });
      }),
    ),
  );
}

function passes(side: NspSide, packet: NspPacket): boolean {
  return passesLayer3(side, packet) && passesLayer4(side, packet) && passesLayer7(side, packet);
}

function passesLayer3(side: NspSide, { way, address, names }: NspPacket): boolean {
  if (!side.l3?.protocols?.includes(`ipv${address.family}`)) return false;
  if (way === "egress" && names.some((name) => lists(side.fqdns ?? [], name))) return true;
  return [...(side.cidr4 ?? []), ...(side.cidr6 ?? [])].some((text) => {
    const prefix = parsePrefix(text);
    return prefix !== null && prefixContains(prefix, address);
  });
}

/** The port is always that of the other end. */
function passesLayer4({ l4 }: NspSide, { protocol, address, remotePort }: NspPacket): boolean {
  const word = protocol === "icmp" && address.family === 6 ? "icmpv6" : protocol;
  const isWhole = l4?.protocols?.includes(word) ?? false;
  return (
    isWhole || (l4?.protocolPorts?.some((one) => one.protocol === word && one.port === remotePort) ?? false)
  );
}

/** An application is known by its port, on either side; other ports are not looked at. */
function passesLayer7({ l7 }: NspSide, { protocol, remotePort, localPort }: NspPacket): boolean {
  if (protocol === "icmp" || l7?.protocols?.includes("*")) return true;
  return [remotePort, localPort].every((port) => {
    const application = applications[port];
    return application === undefined || (l7?.protocols?.includes(application) ?? false);
  });
}

function lists(names: readonly string[], name: string): boolean {
  return names.some((listed) => listed.toLowerCase() === name.toLowerCase());
}
