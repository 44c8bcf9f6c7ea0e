/** A bound that the project promises, and what was found. */
export interface Bar {
  readonly what: string;
  readonly bound: number;
  readonly unit: "ms" | "MiB" | "us" | "x" | "%" | "k/s";
  readonly found: number;
  /** the bound is the least that it may be, not the most */
  readonly least?: true;
  /** where most of it goes */
  readonly because: string;
}

export function isMet({ found, bound, least }: Bar): boolean {
  return least === true ? found >= bound : found <= bound;
}

/** "<= 10 ms" */
export function boundText({ bound, unit, least }: Bar): string {
  return `${least === true ? ">=" : "<="} ${bound} ${unit}`;
}
