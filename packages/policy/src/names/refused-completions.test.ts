import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { refusedCompletions } from "./refused-completions.js";

function refused(spec: string, mode = "enforce"): readonly string[] {
  const text = `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\nspec: { mode: ${mode}, ${spec} }`;
  const { profiles, errors } = parsePolicy(text, "p.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  return refusedCompletions(profiles, ["corp.example", "lab.example"]);
}

const allowing = (...names: readonly string[]) =>
  `egress: { default: deny, rules: [{ allow: { to: [${names.map((name) => `"${name}"`).join(", ")}] } }] }`;

test("refusedCompletions names the domains that no allow covers", () => {
  assert.deepEqual(refused(allowing("a.example")), ["corp.example", "lab.example"]);
  assert.deepEqual(refused(allowing("a.example", "*.corp.example", "db.lab.example")), ["lab.example"]);
  assert.deepEqual(refused(allowing("*.example")), []);
});

test("refusedCompletions names none where queries pass", () => {
  assert.deepEqual(refused(`${allowing("a.example")}, dns: { queries: allow }`), []);
  assert.deepEqual(refused("egress: { default: allow, rules: [{ deny: { to: a.example } }] }"), []);
  assert.deepEqual(refused(allowing("a.example"), "audit"), []);
  assert.deepEqual(
    refused("egress: { default: deny, rules: [{ allow: { to: a.b } }, { allow: { ports: 1 } }] }"),
    [],
  );
});
