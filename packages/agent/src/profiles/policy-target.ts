import type { RunPolicy } from "../policy/compile-policy.js";

/** What puts a policy in force: the kernel, or a stand-in for it in tests. */
export interface PolicyTarget {
  /**
   * Puts a policy in force for every flow and returns its number, which grows with each. The tables of `policy` are gone when
   * it has returned. Throws when it does not fit: the one before then stays.
   */
  replace(policy: RunPolicy): number | Promise<number>;
}
