/** Milliseconds that the parts of making a fence take, in a process that has just started. */
export interface FencePhases {
  /** profiles to tables */
  readonly compile: number;
  /** reading the object, libbpf with it */
  readonly open: number;
  /** maps and programs into the kernel, verification included */
  readonly load: number;
  /** tables into maps, programs onto hooks, and a record of every process that runs */
  readonly fill: number;
  readonly total: number;
}

export const phaseNames = ["compile", "open", "load", "fill", "total"] as const;
