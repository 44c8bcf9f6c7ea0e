/** What became of the policy, for the log and the stream of events. */
export interface PolicyNotice {
  readonly change: "changed" | "refused" | "confirmed" | "rolled-back" | "panic" | "on" | "warning";
  /** In words, one line each. */
  readonly lines: readonly string[];
  readonly revision: string | null;
  /** Who asked; null for a changed file, or nobody. */
  readonly by: string | null;
}
