import { type ActorKnowledge, type FlowNames, PolicyNames } from "@ringfence/agent";
import { verdictRecords } from "@ringfence/agent/testing";

/** Verdicts one behind the other, of so many kinds in turn. */
export function recordsOf(count: number, kinds: number): DataView {
  return verdictRecords(
    Array.from({ length: count }, (_, index) => ({
      timeNs: BigInt(index) * 1000n,
      tgid: 1 + (index % 1000),
      exe: BigInt((index % kinds) % 16),
      address: `10.0.${(index % kinds) >>> 8}.${(index % kinds) & 255}`,
    })),
  );
}

const flows: FlowNames = {
  policies: new PolicyNames([
    { revision: "r", bits: [{ ruleId: "p/a" }, { ruleId: "p/b" }], graceSeconds: null },
  ]),
  executables: { pathOf: (key) => `/usr/bin/tool${key.hash[0]}` },
  commandLines: { get: () => "tool --option value" },
  domains: { textOf: () => null, expiryOf: () => null, of: () => [] },
  bootId: "bench",
  toIso: (ns) => new Date(Number(ns) / 1e6).toISOString(),
};

const knowledge: ActorKnowledge = {
  ancestorsOf: () => ["/usr/bin/bash", "/usr/sbin/sshd"],
  workloadOf: () => null,
};

/** What stands behind the numbers in those records. */
export const eventNames = {
  flows,
  knowledge,
  toIsoMs: (ms: number): string => new Date(ms).toISOString(),
};
