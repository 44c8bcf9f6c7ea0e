import type { FlowFacts, PathFact, ProcessFacts } from "../evaluate/facts.js";
import { hasPorts } from "../evaluate/has-ports.js";
import { containerAt } from "./container-at.js";
import { pools } from "./pools.js";
import type { Random } from "./random.js";
import { randomAddress } from "./random-policy.js";

/** A process whose `container` fact agrees with `pools.workloads`. */
export function randomProcess(random: Random): ProcessFacts {
  const cgroup = random.pick(pools.processCgroups);
  return {
    exe: random.oneIn(8) ? null : randomPath(random),
    ancestors: random.list(0, 2, () => (random.oneIn(8) ? null : randomPath(random))),
    comm: random.pick([...pools.comms, "other"]),
    uid: random.pick(pools.ids),
    gid: random.pick(pools.ids),
    cgroup,
    container: containerAt(cgroup),
  };
}

/** A flow in any direction; icmp and others have no port, and only tcp and udp are asked of `listen`. */
export function randomFlow(random: Random): FlowFacts {
  const protocol = random.pick(["tcp", "tcp", "udp", "udp", "sctp", "icmp", "other"]);
  const port = hasPorts(protocol) ? random.pick(pools.ports) : null;
  const isBound = protocol === "tcp" || protocol === "udp";
  const direction = random.pick(
    isBound
      ? ["egress", "egress", "ingress", "ingress", "listen", "unattributed"]
      : ["egress", "ingress", "unattributed"],
  );
  return { direction, protocol, address: randomAddress(random), port };
}

function randomPath(random: Random): PathFact {
  return { path: random.pick(pools.paths), trusted: !random.oneIn(4) };
}
