import type { Action, Address, ReportOutcome, VerdictDirection } from "@ringfence/model";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";

/** Who did what was seen. */
export interface ObservedProcess {
  readonly facts: ProcessFacts;
  /** Facts that the record does not have, and that are made up in `facts`. */
  readonly unknown: ReadonlySet<keyof ProcessFacts>;
  /** As the record shows it, whether or not it is a path. */
  readonly exe: string;
}

/** How often, in milliseconds since 1970. */
export interface Seen {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** Verdicts of one kind that were recorded. */
export interface ObservedFlow extends Seen {
  readonly kind: "flow";
  readonly process: ObservedProcess;
  readonly direction: Exclude<VerdictDirection, "query">;
  readonly protocol: FlowFacts["protocol"];
  readonly address: Address;
  readonly port: number | null;
  /** The name that the address was judged by, or one that it had. */
  readonly domain: string | null;
  /** What the kernel did. */
  readonly action: Action;
  readonly outcome: ReportOutcome;
  readonly rule: string | null;
  /** False for verdicts of the kernel itself, such as replies: no rule of a policy is asked. */
  readonly byPolicy: boolean;
  /** Whether a call asked for this very port: false where somebody listens on one that the kernel chose. */
  readonly isBind: boolean;
}

/** A name that somebody asked for. */
export interface ObservedQuery extends Seen {
  readonly kind: "query";
  readonly process: ObservedProcess;
  readonly name: string;
  readonly resolver: Address;
  /** Whether the answer counts for its addresses. */
  readonly trusted: boolean;
  readonly action: Action;
  readonly outcome: ReportOutcome;
  readonly rule: string | null;
  readonly addresses: readonly Address[];
}

/** Something that was seen and that no rule can be about: a socket, a device, an option. */
export interface ObservedOther extends Seen {
  readonly kind: "other";
  readonly exe: string;
  readonly what: string;
}

export type Observation = ObservedFlow | ObservedQuery | ObservedOther;
