import type { EventResults } from "../events/measure-events.js";
import type { Bar } from "./bar.js";

/** Thousands of events a second that one core must take. */
const LEAST = 300;

export function barsOfEvents({ rates }: EventResults): readonly Bar[] {
  return rates.map(({ kinds, perSecond, lost }) => ({
    what: `one core takes events of ${kinds.toLocaleString("en")} kinds`,
    bound: LEAST,
    unit: "k/s",
    found: perSecond / 1000,
    least: true,
    because: `a hash over its words, and decoding the first of each kind every half second; ${lost} lost`,
  }));
}
