import assert from "node:assert/strict";
import { test } from "node:test";
import { type Address, formatAddress, parseAddress } from "@ringfence/model";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { needsResolvers, withResolvers } from "./with-resolvers.js";

const host = parseAddress("127.0.0.53") as Address;

function resolversOf(spec: string): readonly string[] | null {
  const text = `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: p }\nspec: { mode: enforce, ${spec} }`;
  const { profiles, errors } = parsePolicy(text, "p.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  const [profile] = withResolvers(profiles, [host]);
  const resolvers = profile?.dns?.resolvers?.map(formatAddress) ?? null;
  assert.equal(needsResolvers(profiles), resolvers?.[0] === "127.0.0.53");
  return resolvers;
}

test("withResolvers gives those of the host to profiles that need some and name none", () => {
  const names = "egress: { default: deny, rules: [{ allow: { to: a.example } }] }";
  assert.deepEqual(resolversOf(names), ["127.0.0.53"]);
  assert.deepEqual(resolversOf(`${names}, dns: { encrypted: deny }`), ["127.0.0.53"]);
  assert.deepEqual(resolversOf(`${names}, dns: { resolvers: 192.0.2.53 }`), ["192.0.2.53"]);
  assert.deepEqual(resolversOf("egress: { default: allow, rules: [{ deny: { to: a.example } }] }"), [
    "127.0.0.53",
  ]);
  assert.deepEqual(resolversOf("egress: { default: deny }, dns: { queries: enforce }"), ["127.0.0.53"]);
  assert.equal(resolversOf("egress: { default: deny }"), null);
});
