import assert from "node:assert/strict";
import { parseAddress } from "@ringfence/model";
import { evaluate } from "../evaluate/evaluate.js";
import type { FlowFacts, ProcessFacts } from "../evaluate/facts.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "./fixed-resolver.js";

export const curl: ProcessFacts = {
  exe: { path: "/usr/bin/curl", trusted: true },
  ancestors: [{ path: "/usr/bin/make", trusted: true }],
  comm: "curl",
  uid: 1000,
  gid: 100,
  cgroup: "/a/b",
  container: false,
};

export function profiles(...specs: readonly string[]) {
  const text = specs.map(
    (spec, i) =>
      `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p${i} }\nspec: ${spec}\n`,
  );
  const result = parsePolicy(text.join("---\n"), "p.yaml", fixedResolver);
  assert.deepEqual(result.errors, []);
  return result.profiles;
}

export function flow(
  text: string,
  port: number | null = 443,
  protocol: FlowFacts["protocol"] = "tcp",
): FlowFacts {
  const address = parseAddress(text);
  assert.ok(address, text);
  return { protocol, address, port };
}

export function verdict(specs: readonly string[], to: FlowFacts, process: ProcessFacts = curl): string {
  const { enforced, shadow, outcome } = evaluate(profiles(...specs), process, to);
  return `${outcome} ${enforced.rule?.ruleId ?? "-"} ${shadow.rule?.ruleId ?? "-"}`;
}

export const rule = (action: string, body: string, mode = "enforce") =>
  `{ mode: ${mode}, ${action}: { ${body} } }`;
export const denyBut = (...rules: readonly string[]) =>
  `{ mode: enforce, egress: { default: deny, rules: [${rules.join()}] } }`;
export const eight = flow("8.8.8.8");
