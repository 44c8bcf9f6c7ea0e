import { parseAddress, RingfenceError } from "@ringfence/model";
import { stringify } from "yaml";
import type { Random } from "../random.js";
import type { NspNetwork, NspPacket, NspSide, NspSpec } from "./nsp-judge.js";

const pools = {
  paths: ["/srv/a", "/srv/b", "/usr/bin/c"],
  cidr4: ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.96.0.10/32", "192.0.2.1/32"],
  cidr6: ["::/0", "2001:db8::/32", "2001:db8::53/128", "2001:db8:0:0:8000::/65"],
  addresses: [
    "10.0.0.1",
    "10.1.2.3",
    "10.96.0.10",
    "192.0.2.1",
    "198.51.100.1",
    "2001:db8::53",
    "2001:db8:0:0:8000::1",
    "2001:db8:1::1",
    "2001:dead::1",
  ],
  names: ["a.example", "b.example", "c.example"],
  families: ["ipv4", "ipv6"],
  transports: ["tcp", "udp", "sctp", "icmp", "icmpv6"],
  applications: ["dns", "http", "https"],
  ports: [1, 53, 80, 443, 8080, 65_535],
  portProtocols: ["tcp", "udp", "sctp"],
} as const;

const ephemeral = 50_000;

/** A SecurityProfile's `spec` in which every list that is carried turns up. */
export function randomSpec(random: Random): NspSpec {
  const listed = pools.paths.filter(() => !random.oneIn(4));
  const processes = listed.map((path) => ({ path, network: randomNetwork(random) }));
  return {
    actions: random.pick<readonly string[]>([["enforce"], ["alert", "enforce"], ["alert"], ["ignore"]]),
    ...(random.oneIn(2) ? { default: randomNetwork(random) } : {}),
    ...(processes.length === 0 ? {} : { processes }),
  };
}

/** The file of it. */
export function nspText(spec: NspSpec): string {
  const apiVersion = "securityprobe.datadoghq.com/v1";
  return stringify({ apiVersion, kind: "SecurityProfile", metadata: { name: "p" }, spec });
}

/** A packet that some list is likely to be about. */
export function randomPacket(random: Random): NspPacket {
  const way = random.pick(["egress", "egress", "ingress"]);
  const port = random.pick(pools.ports);
  const address = parseAddress(random.pick(pools.addresses));
  if (address === null) throw new RingfenceError("RF_INTERNAL", "Cannot read a test address");
  return {
    exe: randomPath(random),
    way,
    protocol: random.pick(["tcp", "udp", "tcp", "udp", "sctp", "icmp"]),
    address,
    names: [...new Set(random.list(0, 2, () => randomName(random)))],
    remotePort: way === "egress" ? port : ephemeral,
    localPort: way === "egress" ? ephemeral : port,
  };
}

/** A binary that a profile may list. */
export function randomPath(random: Random): string {
  return random.pick([...pools.paths, "/bin/sh"]);
}

/** A name that a profile may list. */
export function randomName(random: Random): string {
  return random.pick([...pools.names, "d.example"]);
}

function randomNetwork(random: Random): NspNetwork {
  const egress = { ...randomSide(random), ...randomNames(random) };
  const ingress = randomSide(random);
  return random.pick<NspNetwork>([{ egress }, { ingress }, { egress, ingress }, { egress, ingress }]);
}

function randomNames(random: Random): Pick<NspSide, "fqdns"> {
  return random.oneIn(2) ? { fqdns: random.list(0, 2, () => random.pick(pools.names)) } : {};
}

function randomSide(random: Random): NspSide {
  const some = <const T>(items: readonly [T, ...T[]]) =>
    random.list(0, items.length, () => random.pick(items));
  return {
    ...(random.oneIn(4) ? {} : { cidr4: random.list(0, 2, () => random.pick(pools.cidr4)) }),
    ...(random.oneIn(2) ? {} : { cidr6: random.list(0, 2, () => random.pick(pools.cidr6)) }),
    l3: { protocols: some(pools.families) },
    ...(random.oneIn(8) ? {} : { l4: randomLayer4(random) }),
    ...(random.oneIn(8)
      ? {}
      : {
          l7: {
            protocols: random.oneIn(4) ? ["*"] : some(pools.applications),
            ...(random.oneIn(2) ? { dns: random.list(0, 2, () => random.pick(pools.names)) } : {}),
          },
        }),
  };
}

function randomLayer4(random: Random): Required<NspSide>["l4"] {
  const protocols = random.list(0, 4, () => random.pick(pools.transports));
  if (random.oneIn(2)) return { protocols };
  const protocolPorts = random.list(0, 3, () => ({
    protocol: random.pick(pools.portProtocols),
    port: random.pick(pools.ports),
  }));
  return random.oneIn(2) ? { protocolPorts } : { protocols, protocolPorts };
}
