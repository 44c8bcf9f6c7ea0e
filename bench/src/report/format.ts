import type { Difference, Summary } from "../statistics/summary.js";

/** "p50 / p99", without decimals. */
export function pair({ p50, p99 }: Summary): string {
  return `${p50.toFixed(0)} / ${p99.toFixed(0)}`;
}

/** "p50 (p25 .. p75)", with signs. */
export function spread({ p50, p25, p75 }: Difference): string {
  return `${signed(p50)} (${signed(p25)} .. ${signed(p75)})`;
}

/** With its sign, without decimals. */
export function signed(value: number): string {
  return value < 0 ? value.toFixed(0) : `+${value.toFixed(0)}`;
}
