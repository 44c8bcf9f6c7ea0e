import type { Cgroup2 } from "@ringfence/kernel";
import { compileApart } from "./compile-apart.js";
import { compilePolicy, type RunPolicy } from "./compile-policy.js";
import type { PolicyOptions } from "./policy-options.js";
import { readPolicyFiles } from "./read-policy-files.js";

/**
 * Policy files of more bytes are compiled in a process of their own. It takes 60 ms to start; here they would stop
 * everything else for a quarter of a second and leave 30 MB behind, and the largest ones a hundred times that.
 */
export const MOST_BYTES_HERE = 32 * 1024;

export interface LoadOptions {
  /** Gives up when it is aborted, and throws its reason. */
  readonly signal?: AbortSignal;
  /** Called when the files have been read; what it throws is thrown. */
  readonly onRead?: () => void;
}

/**
 * The policy of a run: files first, then what the command line says, compiled. Throws PolicyErrors, RF_DESTINATION,
 * RF_POLICY_FILE, RF_POLICY_LIMIT, RF_POLICY_PROCESS.
 */
export async function loadPolicy(
  options: PolicyOptions,
  cgroups: Cgroup2,
  { signal, onRead }: LoadOptions = {},
): Promise<RunPolicy> {
  const files = readPolicyFiles(options.policyFiles);
  onRead?.();
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total <= MOST_BYTES_HERE) return compilePolicy(files, options, cgroups);
  return compileApart({ files, options }, signal);
}
