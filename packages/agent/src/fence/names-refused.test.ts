import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolicy } from "@ringfence/policy/parse";
import { hostResolver } from "../host/host-resolver.js";
import { namesRefused } from "./names-refused.js";

function refusals(spec: string): readonly string[] {
  const text = `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: p }
spec:
  mode: enforce
${spec}`;
  const { profiles, errors } = parsePolicy(text, "p.yaml", hostResolver);
  assert.deepEqual(errors, []);
  return namesRefused(profiles).map((error) => `${error.code} ${error.format()}`);
}

test("namesRefused refuses each rule with names, at its place", () => {
  const rules = `    rules:
      - allow: { to: 10.0.0.0/8 }
      - allow: { to: [10.0.0.0/8, "*.example.com"] }
      - deny: { to: bad.example }
`;
  assert.deepEqual(refusals(`  egress:\n    default: deny\n${rules}`), [
    'RF_POLICY_UNSUPPORTED p.yaml:10:9: Destination "*.example.com" is a name, which is not supported in this version: Write addresses or CIDRs',
    'RF_POLICY_UNSUPPORTED p.yaml:11:9: Destination "bad.example" is a name, which is not supported in this version: Write addresses or CIDRs',
  ]);
});

test("namesRefused refuses the judging of queries, and takes what is about addresses and ports", () => {
  const dns = (keys: string) => refusals(`  egress: { default: deny }\n  dns: { ${keys} }\n`);
  assert.match(
    dns("queries: enforce").join(),
    /^RF_POLICY_UNSUPPORTED p\.yaml:7:8: "queries: enforce" is not supported/,
  );
  assert.deepEqual(dns("encrypted: deny, resolvers: 192.0.2.53"), []);
});
