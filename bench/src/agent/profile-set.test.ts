import assert from "node:assert/strict";
import { test } from "node:test";
import { profileFiles, profileSets, setTitle } from "./profile-set.js";

test("profileFiles spreads all rules over the files, none of them twice", () => {
  for (const name of ["few", "many"] as const) {
    const files = [...profileFiles(name, (index) => `/app-${index}`).values()];
    const rules = files.flatMap((text) => text.split("\n").filter((line) => line.startsWith("      - ")));
    assert.equal(files.length, profileSets[name].profiles);
    assert.equal(rules.length, profileSets[name].rules);
    assert.equal(new Set(files.map((text) => /name: ([^ ]+)/.exec(text)?.[1])).size, files.length);
  }
});

test("setTitle says how much there is", () => {
  assert.equal(setTitle("few"), "1 profile with 10 rules");
  assert.equal(setTitle("large"), "200 profiles with 10,000 rules");
});
