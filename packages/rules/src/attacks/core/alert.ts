import type { AttacksConfig } from "@ringfence/model";
import type { Actor, Observation } from "./observation.js";

/** Name of a detector: its key in the configuration. */
export type DetectorName = {
  [Key in keyof AttacksConfig]: AttacksConfig[Key] extends { readonly enabled: boolean } ? Key : never;
}[keyof AttacksConfig];

export type Severity = "low" | "medium" | "high";

/** Counts, examples and limits, in words that a reader knows. */
export type Evidence = Readonly<Record<string, string | number | string[]>>;

/** What a detector found. */
export interface Finding {
  /** Of one key only the first within a while is told. */
  readonly key: string;
  readonly severity: Severity;
  /** what was seen, and what it may be instead */
  readonly text: string;
  readonly actor: Actor | null;
  readonly address: string | null;
  readonly port: number | null;
  readonly evidence: Evidence;
  /** the process whose tree a response is about, where it is another one than the actor */
  readonly responsible?: number;
}

export interface Alert extends Finding {
  readonly detector: DetectorName;
  readonly atMs: number;
  /** of the same key, since it was told last */
  readonly suppressed: number;
}

/** A state machine over observations. It has no clock: time comes with them. */
export interface Detector {
  readonly name: DetectorName;
  /** What was given up for want of room. */
  readonly forgotten: number;
  observe(observation: Observation): readonly Finding[];
}

export const nothing: readonly Finding[] = [];
