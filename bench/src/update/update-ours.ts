import { compile } from "@ringfence/policy";
import { startFence } from "../fences/bench-fence.js";
import { startCaller } from "../fences/start-caller.js";
import type { BenchPlace } from "../host/bench-place.js";
import { profilesOf } from "../host/bench-policy.js";
import type { ServedNamespace } from "../network/served-namespace.js";
import { policyText } from "../rules/policy-text.js";
import type { RuleSet } from "../rules/rule.js";
import { summarize } from "../statistics/summary.js";
import type { OurUpdate } from "./measure-update.js";
import { compileOptions, type PolicyPair } from "./policy-pair.js";
import { watchChange } from "./watcher.js";

const HOST = "10.0.0.5";
/** Reading a large file takes seconds, and does not belong to the change itself. */
const PARSES = 2;

type Profiles = ReturnType<typeof profilesOf>;

/** Milliseconds of every change. */
class UpdateTimes {
  readonly parse: number[] = [];
  readonly compile: number[] = [];
  readonly replace: number[] = [];
  readonly onNew: number[] = [];
  readonly onOld: number[] = [];

  /** `refusals`: how often a connected socket should have been refused. */
  summarize(title: string, refusals: number): Omit<OurUpdate, "watched"> {
    return {
      title,
      parse: summarize(this.parse),
      compile: summarize(this.compile),
      replace: summarize(this.replace),
      onNew: summarize(this.onNew),
      onOld: this.onOld.length === 0 ? null : summarize(this.onOld),
      oldMissed: refusals - this.onOld.length,
    };
  }
}

/** Swaps the two policies of a pair back and forth, `rounds` times each way. */
export async function updateOurs(
  place: BenchPlace,
  { namespace, ports }: ServedNamespace,
  pair: PolicyPair,
  rounds: number,
  signal: AbortSignal,
): Promise<Omit<OurUpdate, "watched">> {
  const times = new UpdateTimes();
  const allowing = parseTimed(pair.allowing, times);
  const denying = parseTimed(pair.denying, times);
  const path = place.home.child(`update-${pair.allowing.name}`);
  const first = compile(allowing, compileOptions);
  const ours = startFence(first, path, place.cgroups, place.cleanup, { replaceable: true });
  const worker = await startCaller(place, path, namespace, ours);
  const swap = async (profiles: Profiles, expected: "refused" | "passed") => {
    signal.throwIfAborted();
    const effect = await watchChange(worker, `${HOST} ${ports.split(" ")[0]}`, expected, () => {
      const began = performance.now();
      const policy = compile(profiles, compileOptions);
      const compiled = performance.now();
      ours.fence.replacePolicy(policy);
      times.compile.push(compiled - began);
      times.replace.push(performance.now() - compiled);
    });
    times.onNew.push(effect.onNew);
    if (effect.onOld !== null) times.onOld.push(effect.onOld);
  };
  for (let round = 0; round < rounds; round++) {
    await swap(denying, "refused");
    await swap(allowing, "passed");
  }
  return times.summarize(pair.title, rounds);
}

function parseTimed(set: RuleSet, times: UpdateTimes): Profiles {
  const text = policyText(set);
  let profiles: Profiles = [];
  for (let pass = 0; pass < PARSES; pass++) {
    const began = performance.now();
    profiles = profilesOf(text, set.name);
    times.parse.push(performance.now() - began);
  }
  return profiles;
}
