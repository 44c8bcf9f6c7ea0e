import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { refuseManyResolvers } from "./refuse-many-resolvers.js";

/** What is said of profiles that list these ranges of 192.0.2.0/24. */
function refusal(...ranges: readonly (readonly [from: number, to: number, mode?: string])[]) {
  const text = ranges.map(([from, to, mode = "enforce"], index) => {
    const addresses = Array.from({ length: to - from + 1 }, (_, offset) => `192.0.2.${from + offset}`);
    return `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: p${index} }
spec: { mode: ${mode}, egress: { default: deny }, dns: { resolvers: [${addresses.join(", ")}] } }
`;
  });
  const { profiles, errors } = parsePolicy(text.join("---\n"), "p.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  return refuseManyResolvers(profiles);
}

test("refuseManyResolvers counts each resolver of a run once", () => {
  assert.equal(refusal([1, 16]), null);
  assert.equal(refusal([1, 10], [5, 16]), null);
  assert.equal(refusal([1, 16], [17, 30, "off"]), null);
});

test("refuseManyResolvers names the first too many and the profile that has it", () => {
  const error = refusal([1, 10], [8, 17]);
  assert.equal(error?.location?.line, 9);
  assert.match(
    error?.format() ?? "",
    /^p\.yaml:9:\d+: Resolver 192\.0\.2\.17 of profile "p1" is one too many/,
  );
});
