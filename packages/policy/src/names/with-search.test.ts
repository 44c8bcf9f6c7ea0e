import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../evaluate/evaluate.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { curl, flow } from "../testing/small-policies.js";
import { withSearch } from "./with-search.js";

const policy = `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: p }
spec:
  mode: enforce
  egress: { default: deny, rules: [{ allow: { to: [a.example, "*.b.example"] } }, { deny: { to: no.a.example } }] }
  dns: { resolvers: 192.0.2.53 }
`;

function mayAsk(name: string, search: readonly string[]): boolean {
  const { profiles, errors } = parsePolicy(policy, "p.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  const query = { ...flow("0.0.0.0"), direction: "query", names: [name] } as const;
  const { enforced } = evaluate(withSearch(profiles, search), curl, query);
  return enforced.action === "allow";
}

test("withSearch lets names that are allowed be asked for with a domain behind them, and no others", () => {
  const search = ["corp.example", "lab.example"];
  for (const name of ["a.example.corp.example", "a.example.lab.example", "x.b.example.corp.example"]) {
    assert.ok(mayAsk(name, search), name);
    assert.ok(!mayAsk(name, []), name);
  }
  for (const name of [
    "corp.example",
    "x.corp.example",
    "b.example.corp.example",
    "a.example.other.example",
  ]) {
    assert.ok(!mayAsk(name, search), name);
  }
});

test("withSearch leaves out what would be no name, and what would be too long", () => {
  assert.ok(!mayAsk("a.example.-_ x", ["-_ x"]));
  const long = Array.from({ length: 50 }, () => "abcd").join(".");
  assert.ok(!mayAsk(`a.example.${long}`, [long]));
});
