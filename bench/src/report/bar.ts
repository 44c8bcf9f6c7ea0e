/** A bound that the project promises, and what was found. */
export interface Bar {
  readonly what: string;
  readonly bound: number;
  readonly unit: "ms" | "MiB" | "us" | "x" | "%";
  readonly found: number;
  /** where most of it goes */
  readonly because: string;
}

export function isMet({ found, bound }: Bar): boolean {
  return found <= bound;
}
