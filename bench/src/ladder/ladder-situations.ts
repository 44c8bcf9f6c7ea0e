import type { Worker } from "../calls/worker.js";
import { type BenchFence, startFence } from "../fences/bench-fence.js";
import { compileRules } from "../fences/compile-rules.js";
import { startCaller } from "../fences/start-caller.js";
import type { BenchPlace } from "../host/bench-place.js";
import { loadNft } from "../network/load-nft.js";
import { serveTen } from "../network/served-namespace.js";
import { nftText } from "../rules/nft-text.js";
import { type LadderCase, ladderCases } from "./ladder-case.js";
import { ruleCgroups } from "./rule-cgroups.js";

/** The worker of one case, who receives what it sends, and what judges it where that is ours. */
export interface LadderSituation {
  readonly ladderCase: LadderCase;
  readonly worker: Worker;
  readonly server: Worker;
  readonly ours: BenchFence | null;
}

/** The first destination, and a port there that every set with rules closes. */
const FIRST_HOST = "10.0.0.5";
const CLOSED = `${FIRST_HOST} 999`;

/** Sets every case up: ours in one namespace with a cgroup each, nftables in a namespace each. */
export async function startLadder(place: BenchPlace): Promise<readonly LadderSituation[]> {
  const { cgroups, home, cleanup } = place;
  const shared = await serveTen(cleanup);
  const situations: LadderSituation[] = [];
  for (const ladderCase of ladderCases(ruleCgroups(home))) {
    const { set, form, id } = ladderCase;
    const path = home.child(id);
    const served = form === null ? shared : await serveTen(cleanup);
    if (set !== null && form !== null) loadNft(served.namespace, nftText(set, form), cgroups);
    const judged = set !== null && form === null;
    const ours = judged ? startFence(compileRules(set), path, cgroups, cleanup) : null;
    await ours?.events.pause();
    const worker = await startCaller(place, path, served.namespace, ours);
    await worker.order(`target ${FIRST_HOST} ${served.ports}`);
    await checkEffect(ladderCase, worker);
    situations.push({ ladderCase, worker, server: served.server, ours });
  }
  return situations;
}

/** Throws when the rules do not hold, for then something else would be measured. */
async function checkEffect({ set, title }: LadderCase, worker: Worker): Promise<void> {
  const expected = set !== null && set.rules.length > 0 ? "refused" : "passed";
  const found = await worker.order(`probe ${CLOSED}`);
  if (found === expected) return;
  throw new Error(`Cannot measure "${title}": a datagram to a closed port is ${found}, not ${expected}`);
}
