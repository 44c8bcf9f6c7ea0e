import type { OurUpdate, UpdateResults } from "../update/measure-update.js";
import type { Bar } from "./bar.js";

const BOUND_MS = 200;

export function barsOfUpdate({ ours }: UpdateResults): readonly Bar[] {
  return ours.flatMap((update) => [
    {
      what: `a change of ${update.title} holds after`,
      bound: BOUND_MS,
      unit: "ms",
      found: holdsAfter(update),
      because: becauseOf(update),
    },
    {
      what: `\`run --watch\` has a change of ${update.title} in force after`,
      bound: BOUND_MS,
      unit: "ms",
      found: update.watched.p50,
      because: "a file of more than 32 KiB is compiled by a process that has compiled nothing before",
    },
  ]);
}

/** On new sockets and connected ones; never, if one of these went on. */
function holdsAfter({ onNew, onOld, oldMissed }: OurUpdate): number {
  return oldMissed > 0 ? Number.POSITIVE_INFINITY : Math.max(onNew.p50, onOld?.p50 ?? 0);
}

function becauseOf({ compile, replace, oldMissed }: OurUpdate): string {
  const parts = `${compile.p50.toFixed(0)} ms compile, ${replace.p50.toFixed(0)} ms write and switch the tables`;
  return oldMissed === 0 ? parts : `${oldMissed} connected sockets went on; ${parts}`;
}
