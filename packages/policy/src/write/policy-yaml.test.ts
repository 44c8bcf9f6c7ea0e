import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { Random } from "../testing/random.js";
import { withRandomNames } from "../testing/random-names.js";
import { randomProfiles } from "../testing/random-policy.js";
import { policyYaml } from "./policy-yaml.js";

/** What a value is without the places that parsing adds. */
function withoutPlaces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part) =>
      key === "location" ? undefined : typeof part === "bigint" ? part.toString() : part,
    ),
  );
}

test("policyYaml writes a file that parses to the same profiles", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = new Random(seed);
    const profiles = withRandomNames(random, randomProfiles(random));
    const text = policyYaml(profiles);
    const { profiles: read, errors } = parsePolicy(text, "p.yaml", fixedResolver);
    assert.deepEqual(
      errors.map((error) => error.format()),
      [],
      text,
    );
    assert.deepEqual(withoutPlaces(read), withoutPlaces(profiles), `seed ${seed}:\n${text}`);
  }
});

test("policyYaml keeps names of rules and quotes what YAML would read as something else", () => {
  const text = `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: "1e3" }
spec:
  mode: audit
  subject: { comm: ["yes", "0x10", "null", "a: b", "#"], exe: "/a\\tb\\u2028/é" }
  egress:
    default: deny
    rules:
      - { name: "12", mode: audit, allow: { protocol: any } }
      - deny: { process: { uid: 1-2 }, to: [any, 10.0.0.0/8, "::1"], ports: [1-2/tcp, 3, 4/udp] }
`;
  const { profiles, errors } = parsePolicy(text, "p.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  const again = parsePolicy(policyYaml(profiles), "p.yaml", fixedResolver);
  assert.deepEqual(again.errors, []);
  assert.deepEqual(withoutPlaces(again.profiles), withoutPlaces(profiles));
});
