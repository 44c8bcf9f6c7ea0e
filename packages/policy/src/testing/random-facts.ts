import type { FlowFacts, PathFact, ProcessFacts } from "../evaluate/facts.js";
import { isInSubtree } from "../evaluate/matches-process.js";
import { pools } from "./pools.js";
import type { Random } from "./random.js";
import { randomAddress } from "./random-policy.js";

/** A process whose `container` fact agrees with `pools.containerCgroups`. */
export function randomProcess(random: Random): ProcessFacts {
  const cgroup = random.pick(pools.processCgroups);
  return {
    exe: random.oneIn(8) ? null : randomPath(random),
    ancestors: random.list(0, 2, () => (random.oneIn(8) ? null : randomPath(random))),
    comm: random.pick([...pools.comms, "other"]),
    uid: random.pick(pools.ids),
    gid: random.pick(pools.ids),
    cgroup,
    container: pools.containerCgroups.some((root) => isInSubtree(root, cgroup)),
  };
}

/** A flow in any direction; those of tcp and udp have a port, the others none. */
export function randomFlow(random: Random): FlowFacts {
  const protocol = random.pick(["tcp", "tcp", "udp", "udp", "icmp", "other"]);
  const port = protocol === "tcp" || protocol === "udp" ? random.pick(pools.ports) : null;
  const direction = random.pick(["egress", "egress", "ingress", "ingress", "listen", "unattributed"]);
  return { direction, protocol, address: randomAddress(random), port };
}

function randomPath(random: Random): PathFact {
  return { path: random.pick(pools.paths), trusted: !random.oneIn(4) };
}
