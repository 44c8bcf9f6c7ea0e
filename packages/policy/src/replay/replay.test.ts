import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseFlowLine } from "../flow-text/parse-flow-line.js";
import { readObservation } from "../observed/read-observation.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { type SampleRecord, sampleQuery, sampleVerdict } from "../testing/sample-records.js";
import { Replay } from "./replay.js";

const user = { uid: 1000, gid: 1000 };
const flow = (change: SampleRecord = {}) => sampleVerdict({ ...user, rule: "old/all", ...change });

function replay(spec: object, lines: readonly SampleRecord[]) {
  const text = JSON.stringify({
    apiVersion: "ringfence.dev/v1alpha1",
    kind: "SecurityProfile",
    metadata: { name: "draft" },
    spec,
  });
  const { profiles, errors } = parsePolicy(text, "draft.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  const judge = new Replay(profiles);
  for (const line of lines) judge.add(readObservation(line) ?? assert.fail());
  return judge.finish();
}

const onlyHttps = {
  mode: "audit",
  egress: {
    default: "deny",
    rules: [{ name: "web", allow: { to: ["www.example.com"], ports: [443] } }],
  },
};

describe("Replay", () => {
  test("groups what a draft decides otherwise, with count, rule and an example, audited or not", () => {
    const { groups, totals } = replay(onlyHttps, [
      flow(),
      flow({ count: 4, time: "2026-11-26T11:00:00Z" }),
      flow({ domain: "www.example.com" }),
      flow({ domain: "www.example.com", action: "deny", outcome: "denied", rule: "old/egress.default" }),
      flow({ port: 80, exe: "/usr/bin/wget" }),
      flow({ port: 80, action: "deny", outcome: "denied" }),
    ]);
    assert.deepEqual(
      groups.map(({ change, exe, what, rule, was, count, wasRule }) => [
        change,
        exe,
        what,
        rule,
        was,
        count,
        wasRule,
      ]),
      [
        [
          "newly-denied",
          "/usr/bin/curl",
          "tcp 192.0.2.1:443",
          "draft/egress.default",
          "allowed",
          5,
          "old/all",
        ],
        [
          "newly-denied",
          "/usr/bin/wget",
          "tcp 192.0.2.1:80",
          "draft/egress.default",
          "allowed",
          1,
          "old/all",
        ],
        [
          "newly-allowed",
          "/usr/bin/curl",
          "tcp www.example.com:443",
          "draft/web",
          "denied",
          1,
          "old/egress.default",
        ],
      ],
    );
    assert.deepEqual(totals, {
      verdicts: 9,
      same: 2,
      newlyDenied: 6,
      newlyAllowed: 1,
      ungrouped: 0,
      notJudged: 0,
    });
    const [first] = groups;
    assert.equal(new Date(first?.last ?? 0).toISOString(), "2026-11-26T11:00:00.000Z");
    assert.equal(parseFlowLine(first?.example ?? "", "x").process.exe?.path, "/usr/bin/curl");
  });

  test("asks about queries as well", () => {
    const query = sampleQuery({ ...user, name: "evil.example", addresses: [] });
    const { groups } = replay(onlyHttps, [query, { ...query, name: "www.example.com" }]);
    assert.deepEqual(
      groups.map(({ what, rule }) => [what, rule]),
      [["query evil.example", "draft/dns.queries"]],
    );
  });

  test("does not judge what no policy decides, and does not take a name that had run out for a live one", () => {
    const { totals, groups } = replay(onlyHttps, [
      flow({ direction: "ingress", reason: "reply" }),
      flow({
        protocol: "packet",
        address: null,
        reason: "address-family",
        action: "deny",
        outcome: "denied",
      }),
      flow({ domain: "www.example.com", reason: "name-expired", action: "deny", outcome: "denied" }),
    ]);
    assert.deepEqual([totals.notJudged, totals.same, groups.length], [2, 1, 0]);
  });

  test("says which facts the draft asks for and the records do not have", () => {
    const spec = {
      mode: "enforce",
      egress: {
        default: "deny",
        rules: [{ allow: { process: { ancestor: "/usr/bin/make" }, to: ["192.0.2.1"] } }],
      },
    };
    const { unknown, groups } = replay(spec, [flow(), flow({ direction: "ingress", port: 1 })]);
    assert.deepEqual(unknown, { ancestors: 1 });
    assert.deepEqual(groups[0]?.unsure, ["ancestors"]);
  });
});
