import { startCaller } from "../fences/start-caller.js";
import type { BenchPlace } from "../host/bench-place.js";
import { loadNft } from "../network/load-nft.js";
import { serveTen } from "../network/served-namespace.js";
import { type NftForm, nftText } from "../rules/nft-text.js";
import { summarize } from "../statistics/summary.js";
import type { NftUpdate } from "./measure-update.js";
import type { PolicyPair } from "./policy-pair.js";
import { watchChange } from "./watcher.js";

const HOST = "10.0.0.5";

/** Loads the two rule sets of a pair in turn, `rounds` times each. */
export async function updateNft(
  place: BenchPlace,
  { title, allowing, denying }: PolicyPair,
  form: NftForm,
  rounds: number,
  signal: AbortSignal,
): Promise<NftUpdate> {
  const { namespace, ports } = await serveTen(place.cleanup);
  const path = place.home.child(`update-nft-${form}-${allowing.name}`);
  const worker = await startCaller(place, path, namespace, null);
  const load: number[] = [];
  const onNew: number[] = [];
  const swap = async (script: string, expected: "refused" | "passed") => {
    signal.throwIfAborted();
    const effect = await watchChange(worker, `${HOST} ${ports.split(" ")[0]}`, expected, () => {
      const began = performance.now();
      loadNft(namespace, script, place.cgroups);
      load.push(performance.now() - began);
    });
    onNew.push(effect.onNew);
  };
  const [allow, deny] = [nftText(allowing, form), nftText(denying, form)];
  loadNft(namespace, allow, place.cgroups);
  for (let round = 0; round < rounds; round++) {
    await swap(deny, "refused");
    await swap(allow, "passed");
  }
  return {
    title: `${form === "map" && allowing.rules.length <= 2 ? "set" : form}, ${title}`,
    load: summarize(load),
    onNew: summarize(onNew),
  };
}
