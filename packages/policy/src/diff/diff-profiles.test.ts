import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolicy } from "../parse/parse-policy.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { diffProfiles } from "./diff-profiles.js";

function profiles(text: string) {
  const { profiles, errors } = parsePolicy(text, "p.yaml", fixedResolver);
  assert.deepEqual(errors, []);
  return profiles;
}

function profile(name: string, rules: readonly string[], mode = "enforce"): string {
  const list = rules.map((rule) => `      - ${rule}\n`).join("");
  return `apiVersion: ringfence.dev/v1alpha1\nkind: SecurityProfile\nmetadata: { name: ${name} }\nspec:\n  mode: ${mode}\n  egress:\n    default: deny\n    rules:\n${list}`;
}

test("diffProfiles tells rules that came, went and changed, and nothing of those that moved", () => {
  const before = profiles(
    profile("web", [
      "{ allow: { to: [10.0.0.1] } }",
      "{ name: db, allow: { to: [10.0.0.2], ports: [5432] } }",
      "{ allow: { to: [10.0.0.3] } }",
    ]),
  );
  const after = profiles(
    profile(
      "web",
      [
        "{ allow: { to: [10.0.0.3] } }",
        "{ deny: { to: [10.0.0.9] } }",
        "{ name: db, allow: { to: [10.0.0.2], ports: [5433] } }",
      ],
      "audit",
    ),
  );
  assert.deepEqual(diffProfiles(before, after), [
    {
      profile: "web",
      change: "changed",
      lines: [
        { sign: "-", text: "egress rule: { allow: { to: [ 10.0.0.1 ] } }" },
        { sign: "-", text: "mode: enforce" },
        { sign: "+", text: "mode: audit" },
        { sign: "+", text: "egress rule: { deny: { to: [ 10.0.0.9 ] } }" },
        { sign: "-", text: "egress rule: { name: db, allow: { to: [ 10.0.0.2 ], ports: [ 5432 ] } }" },
        { sign: "+", text: "egress rule: { name: db, allow: { to: [ 10.0.0.2 ], ports: [ 5433 ] } }" },
      ],
    },
  ]);
  assert.deepEqual(diffProfiles(before, before), []);
});

test("diffProfiles tells whole profiles that came and went", () => {
  const [a, b] = [
    profiles(profile("a", ["{ allow: { to: [10.0.0.1] } }"])),
    profiles(profile("b", ["{ allow: { to: [10.0.0.1] } }"])),
  ];
  const changes = diffProfiles(a, b);
  assert.deepEqual(
    changes.map(({ profile, change }) => [profile, change]),
    [
      ["b", "added"],
      ["a", "removed"],
    ],
  );
  assert.ok(changes.every(({ lines }) => lines.length === 3));
});

test("diffProfiles tells only which profiles differ when no lines are asked for", () => {
  const [web] = profiles(profile("web", ["{ allow: { to: [10.0.0.1] } }", "{ deny: { to: [10.0.0.2] } }"]));
  const [moved] = profiles(profile("web", ["{ deny: { to: [10.0.0.2] } }", "{ allow: { to: [10.0.0.1] } }"]));
  const [other] = profiles(profile("web", ["{ allow: { to: [10.0.0.1] } }"]));
  const [db] = profiles(profile("db", ["{ allow: { to: [10.0.0.1] } }"]));
  assert.ok(web && moved && other && db);
  assert.deepEqual(diffProfiles([web], [moved], "names"), []);
  assert.deepEqual(diffProfiles([web, db], [other], "names"), [
    { profile: "web", change: "changed", lines: [] },
    { profile: "db", change: "removed", lines: [] },
  ]);
});
