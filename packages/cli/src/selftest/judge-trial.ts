import type { SelftestRow } from "@ringfence/model";
import type { Method, ProbeResult } from "@ringfence/probe";
import type { Evidence } from "./evidence.js";

/** What happened to one trial. */
export interface Observation {
  /** what the prober met; null when the run refused to start */
  readonly result: ProbeResult | null;
  /** why the run refused to start */
  readonly refusal: string | null;
  /** whether the trial's packets or data arrived */
  readonly arrived: boolean;
}

/** What a row says, without what was expected. */
export type Judgement = Pick<SelftestRow, "result" | "hook" | "call" | "error" | "detail">;

const refusals: readonly string[] = ["EPERM", "EACCES"];
/** What a caller meets whose packets vanish; ENOBUFS comes from a packet socket whose interface dropped the frame. */
const silence: readonly string[] = ["EAGAIN", "EINPROGRESS", "EALREADY", "ETIMEDOUT", "ETIME", "ENOBUFS"];

/** Why the method shows nothing in this namespace; null when it got through without a fence. */
export function whyNotAvailable({ result, arrived }: Observation): string | null {
  if (arrived) return null;
  if (result?.code === null || result === null) return "without a fence nothing arrived either";
  return `without a fence ${result.call}() fails with ${result.code}`;
}

/** The result of a trial whose method works without a fence. */
export function judgeTrial(
  method: Pick<Method, "capability">,
  { result, refusal, arrived }: Observation,
  { refusedBy, reported }: Evidence,
): Judgement {
  if (result === null) {
    return { result: "blocked-at-call", hook: "launcher", call: null, error: null, detail: refusal };
  }
  const base = { hook: refusedBy, call: result.call, error: result.code, detail: null };
  if (arrived) return { ...base, result: reported ? "seen-only" : "open" };
  if (result.code === "EAFNOSUPPORT") return { ...base, result: "blocked-at-call", hook: "seccomp" };
  if (result.code !== null && refusals.includes(result.code)) {
    const without = method.capability === undefined ? null : "capability";
    return { ...base, result: "blocked-at-call", hook: refusedBy ?? without };
  }
  if (result.code === null || silence.includes(result.code)) return { ...base, result: "blocked-in-flight" };
  return {
    ...base,
    result: "unclear",
    detail: `${result.call}() fails with ${result.code} only in the fence`,
  };
}
