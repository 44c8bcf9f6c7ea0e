import type { BenchPlace } from "../host/bench-place.js";
import type { Effort } from "../host/effort.js";
import { ruleCgroups } from "../ladder/rule-cgroups.js";
import { serveTen } from "../network/served-namespace.js";
import type { NftForm } from "../rules/nft-text.js";
import type { Summary } from "../statistics/summary.js";
import { policyPairs } from "./policy-pair.js";
import { updateNft } from "./update-nft.js";
import { updateOurs } from "./update-ours.js";
import { updateWatched } from "./update-watched.js";

const ROUNDS = 8;
const NFT_ROUNDS = 2;
const WATCHED_ROUNDS = 4;

/** Milliseconds of one change of our policy. */
export interface OurUpdate {
  readonly title: string;
  /** the file read and checked, which precedes the change */
  readonly parse: Summary;
  readonly compile: Summary;
  /** tables written and switched, until no program judges by the old ones */
  readonly replace: Summary;
  /** from the checked policy until a new socket is judged by it, and one that was connected before */
  readonly onNew: Summary;
  readonly onOld: Summary | null;
  /** changes after which a connected socket went on that should have been refused */
  readonly oldMissed: number;
  /** the same, as `ringfence run --watch` tells it: a process that just started has compiled the file */
  readonly watched: Summary;
}

/** Milliseconds of the same change by `nft -f`. */
export interface NftUpdate {
  readonly title: string;
  readonly load: Summary;
  readonly onNew: Summary;
}

export interface UpdateResults {
  readonly rounds: number;
  readonly nftRounds: number;
  readonly ours: readonly OurUpdate[];
  readonly nft: readonly NftUpdate[];
}

/** Replaces policies of every size, back and forth. Throws the signal's reason when it is aborted. */
export async function measureUpdate(
  place: BenchPlace,
  effort: Effort,
  signal: AbortSignal,
): Promise<UpdateResults> {
  const rounds = effort.rounds(ROUNDS);
  const nftRounds = effort.rounds(NFT_ROUNDS);
  const watchedRounds = effort.rounds(WATCHED_ROUNDS);
  const served = await serveTen(place.cleanup);
  const ours: OurUpdate[] = [];
  const nft: NftUpdate[] = [];
  for (const pair of policyPairs(ruleCgroups(place.home))) {
    const watched = await updateWatched(pair, watchedRounds, signal);
    ours.push({ ...(await updateOurs(place, served, pair, rounds, signal)), watched });
    const forms: readonly NftForm[] = pair.allowing.rules.length > 2 ? ["linear", "map"] : ["map"];
    for (const form of forms) nft.push(await updateNft(place, pair, form, nftRounds, signal));
  }
  return { rounds, nftRounds, ours, nft };
}
