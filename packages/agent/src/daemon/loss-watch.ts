import type { Losses } from "@ringfence/model";
import type { EventDraft } from "../events/event-draft.js";

/** Command lines are shown as cut, and nothing is missing: an agent sees those of the whole host. */
export const CUT_ONLY = "longCommandLines";

type Count = (lost: number, place: string) => void;

/** Turns counters of losses, which only grow, into news of what was lost since the last look. */
export class LossWatch {
  #known: Readonly<Record<string, number>>;

  /** @param losses what was lost before: an agent that takes over has heard it all */
  constructor(losses: Losses) {
    this.#known = { ...losses };
  }

  look(losses: Losses, tell: Count): void {
    for (const [place, count] of Object.entries(losses)) {
      if (place === CUT_ONLY) continue;
      const lost = count - (this.#known[place] ?? 0);
      if (lost > 0) tell(lost, place);
    }
    this.#known = { ...losses };
  }
}

/** The event of a loss in one of the kernel's tables. */
export function lossEvent(lost: number, place: string): EventDraft {
  return { type: "loss", level: "warning", msg: `${lost} lost in the kernel: ${place}`, place, lost };
}

/** Where repeats are missing that an agent had joined when it was killed. */
export const REPEATS = "repeats";

/** The event of what an agent had taken from the kernel and not told when it was killed. */
export function missedEvent(lost: number): EventDraft {
  const msg = `${lost} repeats are missing: the agent before this one had not told them when it was killed`;
  return { type: "loss", level: "warning", msg, place: REPEATS, lost };
}
