import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readObservation } from "../observed/read-observation.js";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { type SampleRecord, sampleVerdict } from "../testing/sample-records.js";
import { usualEphemeral } from "./learn-options.js";
import { Learner } from "./learner.js";
import { lineDiff } from "./line-diff.js";
import { mergeLearned } from "./merge-learned.js";

const flow = (change: SampleRecord = {}) => sampleVerdict({ outcome: "would-deny", ...change });

function merge(text: string, lines: readonly SampleRecord[]): string {
  const { profiles, errors } = parsePolicy(text, "p.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  const [existing] = profiles;
  assert.ok(existing);
  const { name, subject } = existing;
  const learner = new Learner({ name, subject, existing, wildcards: [], ephemeral: usualEphemeral });
  for (const line of lines) learner.add(readObservation(line) ?? assert.fail());
  const merged = mergeLearned(text, existing, learner.finish());
  assert.deepEqual(parsePolicy(merged, "merged.yaml", fixedResolver).errors, []);
  return merged;
}

const hand = `# Written by hand.
apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: p }
spec:
  mode: audit # for now
  egress:
    default: deny
    rules:
      # the mirror
      - name: mirror
        allow: { process: { exe: /usr/bin/curl }, to: 192.0.2.1, ports: 443/tcp }
      - deny: { to: [169.254.169.254] }
      # ask Ann
      - name: old
        allow: { to: [192.0.2.77], ports: 8443/tcp }
  ingress: { default: deny }
  listen: [8080/tcp] # the service
`;

describe("mergeLearned", () => {
  test("adds what is new, marks what nothing used, and keeps what people wrote", () => {
    const merged = merge(hand, [
      flow(),
      flow({ address: "192.0.2.2" }),
      flow({ port: 80 }),
      flow({ direction: "listen", hook: "bind", port: 9090, address: "0.0.0.0" }),
      flow({ direction: "ingress", hook: "packet", port: 9090, address: "192.0.2.5" }),
    ]);
    assert.equal(
      lineDiff(hand, merged)
        .split("\n")
        .filter((line) => /^[+-]/.test(line))
        .join("\n"),
      `+# learn: from 5 verdicts and queries, 2026-11-26T10:00Z to 2026-11-26T10:00Z
+      # learn: once, last 2026-11-26T10:00Z
-        allow: { process: { exe: /usr/bin/curl }, to: 192.0.2.1, ports: 443/tcp }
+        allow: { process: { exe: /usr/bin/curl }, to: [192.0.2.1, 192.0.2.2], ports: 443/tcp }
+      # learn: not used
-  ingress: { default: deny }
-  listen: [8080/tcp] # the service
+      # learn: once, last 2026-11-26T10:00Z
+      - name: curl-80
+        allow:
+          process:
+            - exe: [/usr/bin/curl]
+          to: [192.0.2.1]
+          ports: [80/tcp]
+  ingress:
+    default: deny
+    rules:
+      # learn: once, last 2026-11-26T10:00Z
+      - name: curl-in-9090
+        allow:
+          process:
+            - exe: [/usr/bin/curl]
+          from: [192.0.2.5]
+          localPorts: [9090/tcp]
+  # learn: 9090/tcp: once, last 2026-11-26T10:00Z
+  # learn: 8080/tcp: not used
+  listen: [8080/tcp, 9090/tcp] # the service`,
    );
    for (const comment of ["# Written by hand.", "# for now", "# the mirror", "# ask Ann"]) {
      assert.ok(merged.includes(comment), comment);
    }
  });

  test("changes nothing when the same was seen again", () => {
    const lines = [flow(), flow({ address: "192.0.2.2" }), flow({ port: 80 })];
    const once = merge(hand, lines);
    const twice = merge(once, lines);
    assert.equal(lineDiff(twice, merge(twice, lines)), "");
  });
});

test("lineDiff shows what changed, and what is around it", () => {
  const lines = (text: string) => text.split("").join("\n");
  assert.equal(lineDiff("a\nb", "a\nb"), "");
  assert.equal(lineDiff(lines("abcdefgh"), lines("abcdXfgh")), " c\n d\n-e\n+X\n f\n g\n@@\n");
  assert.equal(lineDiff(lines("abc"), lines("abxc")), " a\n b\n+x\n c\n");
});
