import { BpfObject } from "@ringfence/kernel";
import { places } from "../host/places.js";
import { percentile } from "../statistics/percentile.js";

const STATISTICS = 4;
const ROUNDS = 5;

/** What the kernel's verifier does while the object is loaded. */
export interface Verification {
  /** milliseconds of all programs together, as the verifier counts them, median */
  readonly ms: number;
  /** instructions walked, by program */
  readonly instructions: Readonly<Record<string, number>>;
}

export function measureVerification(): Verification {
  const times: number[] = [];
  let instructions: [string, number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    using object = BpfObject.open(places.object, { kernelLogLevel: STATISTICS });
    object.load();
    times.push(verificationMs(object.messages));
    const loaded = object.programs().filter(({ autoload }) => autoload);
    instructions = loaded.map((program) => [program.name, program.verifiedInstructions()]);
  }
  return { ms: percentile(times, 0.5), instructions: Object.fromEntries(instructions) };
}

/** Adds up the "verification time N usec" lines of a verifier log. Throws when there is none. */
export function verificationMs(log: string): number {
  const times = [...log.matchAll(/^verification time (\d+) usec$/gm)].map(([, usec]) => Number(usec));
  if (times.length === 0)
    throw new Error("Cannot find the verifier's times in its log: the kernel gives none");
  return times.reduce((sum, usec) => sum + usec, 0) / 1000;
}
