import type { UpdateResults } from "../update/measure-update.js";
import type { Bar } from "./bar.js";

const BOUND_MS = 200;

export function barsOfUpdate({ ours }: UpdateResults): readonly Bar[] {
  return ours.map(({ title, compile, replace, onNew, onOld }) => ({
    what: `a change of ${title} holds after`,
    bound: BOUND_MS,
    unit: "ms",
    found: Math.max(onNew.p50, onOld?.p50 ?? 0),
    because: `${compile.p50.toFixed(0)} ms compile, ${replace.p50.toFixed(0)} ms write and switch the tables`,
  }));
}
