import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DNS_SCHEMA } from "@ringfence/model";
import { evaluate } from "../evaluate/evaluate.js";
import { flowOf } from "../observed/flow-of.js";
import type { ObservedFlow, ObservedQuery } from "../observed/observation.js";
import { readObservation } from "../observed/read-observation.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { type SampleRecord, sampleVerdict } from "../testing/sample-records.js";
import { neighbours, suggestRule } from "./suggest-rule.js";

function denied(change: SampleRecord = {}): ObservedFlow | ObservedQuery {
  const denial = { action: "deny", outcome: "denied", rule: "web/egress.default" };
  const seen = readObservation(sampleVerdict({ ...denial, ...change }));
  assert.ok(seen?.kind === "flow" || seen?.kind === "query");
  return seen;
}

const query = {
  schema: DNS_SCHEMA,
  name: "a.example",
  answer: "denied",
  resolver: "10.0.0.53",
  rule: "web/dns.queries",
};

/** The profile that results when what was suggested is pasted into one that denies everything. */
function pasted(place: string, yaml: string) {
  const indented = yaml.replace(/^/gm, "      ");
  const part = (key: string) => (place === `spec.${key}.rules` ? `rules:\n${indented}` : "rules: []");
  const text = `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: web }
spec:
  mode: enforce
  egress:
    default: deny
    ${part("egress")}
  ingress:
    default: deny
    ${part("ingress")}
  listen:${place === "spec.listen" ? `\n${indented}` : " none"}
  dns: { queries: enforce }
`;
  const { profiles, errors } = parsePolicy(text, "web.yaml", fixedResolver);
  assert.deepEqual(errors, [], text);
  return profiles;
}

describe("suggestRule", () => {
  const table: readonly [string, SampleRecord, string][] = [
    ["a connection by name", { domain: "www.example.com" }, "to: [www.example.com]"],
    ["a connection by address", {}, "to: [192.0.2.1]"],
    ["an IPv6 address", { address: "2001:db8::1" }, "2001:db8::1"],
    ["a datagram", { protocol: "udp", port: 53 }, "ports: [53/udp]"],
    ["icmp", { protocol: "icmp", port: null }, "protocol: [icmp]"],
    ["a loopback service", { address: "127.0.0.1", port: 8080 }, "to: [127.0.0.1]"],
    [
      "what comes in",
      { direction: "ingress", port: 8080, rule: "web/ingress.default" },
      "localPorts: [8080/tcp]",
    ],
    ["a listener", { direction: "listen", port: 8080, rule: "web/listen.default" }, "- 8080/tcp"],
    ["a query", query, "to: [a.example]"],
    [
      "what would be denied",
      { action: "allow", outcome: "would-deny", shadowRule: "web/egress.default" },
      "443/tcp",
    ],
  ];
  for (const [what, change, part] of table) {
    test(`allows ${what}, and nothing beside it`, () => {
      const seen = denied(change);
      const suggestion = suggestRule(seen);
      assert.ok(suggestion.kind === "rule");
      assert.ok(suggestion.yaml.includes(part), suggestion.yaml);
      const profiles = pasted(suggestion.place, suggestion.yaml);
      const verdict = (facts: typeof seen.process.facts, flow: ReturnType<typeof flowOf>) =>
        evaluate(profiles, facts, flow).enforced.action;
      assert.equal(verdict(seen.process.facts, flowOf(seen)), "allow");
      const beside = neighbours(seen.process.facts, flowOf(seen));
      assert.ok(beside.length > 0);
      for (const [facts, flow] of beside)
        assert.equal(verdict(facts, flow), "deny", JSON.stringify(flow.port));
    });
  }

  test("says why there is none", () => {
    const reasons: readonly [SampleRecord, RegExp][] = [
      [{ rule: "web/never" }, /web\/never denies it, and a deny wins/],
      [{ exe: "/memfd:x", exeFlags: ["no-path"] }, /cannot be believed/],
      [{ reason: "source-route" }, /no rule decided/],
      [{ protocol: "47", port: null }, /no rule can name its protocol/],
      [{ direction: "unattributed", rule: "web/unattributed" }, /unattributed: allow/],
    ];
    for (const [change, pattern] of reasons) {
      const suggestion = suggestRule(denied(change));
      assert.ok(suggestion.kind === "none");
      assert.match(suggestion.why, pattern);
    }
  });
});
