import type { VerdictLine } from "@ringfence/model";
import { commOf, type Method, type Trial } from "@ringfence/probe";

/** What a fence said about one trial. */
export interface Evidence {
  /** hook of the first refusal */
  readonly refusedBy: VerdictLine["hook"] | null;
  /** whether a verdict says that it was not, or would not be, allowed, or that its socket came from elsewhere */
  readonly reported: boolean;
}

/** What a line of the log and a row of the report have in common. */
export type Verdict = Pick<VerdictLine, "outcome" | "hook" | "protocol" | "address" | "port" | "reason">;

/** Reasons that tell of something that went on. */
const tellingReasons: readonly string[] = ["borrowed"];

/**
 * Picks what concerns a trial: by its port or its address, and where a verdict has neither, by its process's name, or by
 * the address family: an interface tells of the first packet socket of a process only.
 */
export function evidenceOf(
  trial: Trial,
  method: Pick<Method, "protocol">,
  log: readonly (Verdict & Pick<VerdictLine, "comm">)[],
  flows: readonly Verdict[],
): Evidence {
  const own: Verdict[] = [
    ...log.filter((line) => concerns(trial, line) || (line.address === null && line.comm === commOf(trial))),
    ...flows.filter((flow) => concerns(trial, flow) || isFamilyOf(method, flow)),
  ];
  const refused = own.find(({ outcome }) => outcome === "denied" || outcome === "would-allow");
  return {
    refusedBy: refused?.hook ?? null,
    reported: own.some(
      ({ outcome, reason }) =>
        outcome === "denied" || outcome === "would-deny" || tellingReasons.includes(reason),
    ),
  };
}

function concerns({ v4, v6, port }: Trial, verdict: Pick<Verdict, "address" | "port">): boolean {
  if (verdict.port !== null && verdict.port !== 0) return verdict.port === port;
  return verdict.address === v4 || verdict.address === v6;
}

function isFamilyOf({ protocol }: Pick<Method, "protocol">, verdict: Verdict): boolean {
  return verdict.reason === "address-family" && verdict.protocol === protocol?.toLowerCase();
}
