import { parseAddress, RingfenceError } from "@ringfence/model";
import { stringify } from "yaml";
import type { Random } from "../random.js";
import type { Connect } from "./bouheki-judge.js";

const pools = {
  cidrs: [
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.3/32",
    "192.0.2.0/24",
    "2001:db8::/32",
    "2001:db8:1::/48",
    "10.1.2.9/24",
  ],
  addresses: [
    "10.0.0.1",
    "10.1.0.1",
    "10.1.2.3",
    "10.1.2.200",
    "192.0.2.1",
    "198.51.100.1",
    "2001:db8::1",
    "2001:db8:1::1",
    "2001:dead::1",
    "::ffff:10.1.2.3",
    "::ffff:198.51.100.1",
  ],
  names: ["a.example", "b.example", "c.example"],
  comms: ["curl", "wget", "node"],
  ids: [0, 1000, 1001],
  upstreams: ["10.1.2.3", "198.51.100.1", "2001:db8::1"],
  ports: [0, 1, 53, 443, 65_535],
} as const;

/** A bouheki file in which every key of `network` turns up, and the proxy's resolvers, with lists that overlap. */
export function randomConfigText(random: Random): string {
  const maybe = (odds: number, key: string, make: () => unknown) =>
    random.oneIn(odds) ? { [key]: make() } : {};
  const lists = <const T>(items: readonly [T, ...T[]]) => ({
    ...maybe(2, "allow", () => random.list(0, 2, () => random.pick(items))),
    ...maybe(2, "deny", () => random.list(0, 2, () => random.pick(items))),
  });
  const part = <const T>(odds: number, key: string, items: readonly [T, ...T[]]) => {
    const found = lists(items);
    return random.oneIn(odds) && Object.keys(found).length > 0 ? { [key]: found } : {};
  };
  const network = {
    mode: random.pick(["block", "block", "monitor"]),
    ...maybe(16, "enable", () => random.oneIn(2)),
    ...maybe(2, "target", () => random.pick(["host", "container"])),
    ...part(1, "cidr", pools.cidrs),
    ...part(2, "domain", pools.names),
    ...part(3, "command", pools.comms),
    ...part(3, "uid", pools.ids),
    ...part(3, "gid", pools.ids),
  };
  const upstreams = random.list(1, 2, () => random.pick(pools.upstreams));
  return stringify({ network, ...maybe(4, "dns_proxy", () => ({ enable: true, upstreams })) });
}

/** A call that some list is likely to be about. */
export function randomCall(random: Random): Connect {
  const address = parseAddress(random.pick(pools.addresses));
  if (address === null) throw new RingfenceError("RF_INTERNAL", "Cannot read a test address");
  return {
    container: random.oneIn(2),
    comm: random.pick([...pools.comms, "other"]),
    uid: random.pick([...pools.ids, 7]),
    gid: random.pick([...pools.ids, 7]),
    address,
    port: random.pick(pools.ports),
    names: [...new Set(random.list(0, 2, () => random.pick([...pools.names, "d.example"])))],
  };
}
