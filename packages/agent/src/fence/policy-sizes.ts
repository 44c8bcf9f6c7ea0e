import type { CompiledPolicy } from "@ringfence/policy";

/** Sizes that a policy's tables need; a kernel map cannot have none. */
export function policySizes(policy: CompiledPolicy): Record<string, number> {
  const { automaton } = policy.exe;
  const sizes = {
    rows: policy.rowCount * policy.blockCount,
    intervals: intervalTables(policy).reduce((sum, table) => sum + table.starts.length, 0),
    intervals6: policy.v6.starts.length,
    transitions: automaton?.transitions.length ?? 0,
    accepts: automaton?.stateCount ?? 0,
    comms: policy.comm.entries.length,
    cgroups: policy.cgroup.entries.length,
  };
  return Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, Math.max(1, size)]));
}

/** The tables that share the map `intervals`, in the order in which they lie there. */
export function intervalTables(policy: CompiledPolicy) {
  return [policy.uid, policy.gid, policy.v4, policy.tcp, policy.udp] as const;
}
