import assert from "node:assert/strict";
import { test } from "node:test";
import { RingfenceError } from "@ringfence/model";
import { matchesPath } from "../../evaluate/matches-path.js";
import { Random } from "../../testing/random.js";
import { buildDfa, type Dfa } from "./build-dfa.js";

function matching(dfa: Dfa, path: string): readonly number[] {
  let state = dfa.start;
  for (const byte of new TextEncoder().encode(path)) {
    state = dfa.transitions[state * dfa.classCount + (dfa.byteClass[byte] ?? 0)] ?? 0;
  }
  return dfa.matches[state] ?? [];
}

function randomText(random: Random, letters: readonly [string, ...string[]]): string {
  return `/${random.list(0, 7, () => random.pick(letters)).join("")}`;
}

test("buildDfa agrees with matchesPath on random patterns and paths", () => {
  const random = new Random(7);
  for (let round = 0; round < 400; round++) {
    const patterns = random.list(1, 5, () => randomText(random, ["a", "b", "/", "é", "*", "**/", "**b"]));
    const usable = patterns.filter((pattern) => !pattern.includes("***"));
    const dfa = buildDfa(usable);
    for (let i = 0; i < 50; i++) {
      const path = randomText(random, ["a", "b", "/", "é", "x"]);
      const expected = usable.flatMap((pattern, index) => (matchesPath(pattern, path) ? [index] : []));
      assert.deepEqual(matching(dfa, path), expected, `${usable.join(" ")} on ${path}`);
    }
  }
});

test("buildDfa keeps state 0 dead", () => {
  const dfa = buildDfa(["/usr/bin/curl"]);
  assert.deepEqual([...dfa.transitions.subarray(0, dfa.classCount)], new Array(dfa.classCount).fill(0));
  assert.deepEqual(matching(dfa, "/x/usr/bin/curl"), []);
  assert.equal(dfa.transitions.length, dfa.stateCount * dfa.classCount);
  assert.equal(dfa.start, 1);
});

test("buildDfa refuses patterns that need too many states", () => {
  const location = { file: "p.yaml", line: 1, column: 1 };
  const patterns = Array.from({ length: 2000 }, (_, i) => `/opt/${i}-tool-with-a-long-name/bin/x`);
  assert.throws(
    () => buildDfa(patterns, location),
    (error) =>
      error instanceof RingfenceError &&
      error.code === "RF_POLICY_LIMIT" &&
      error.message.includes("16384") &&
      error.location === location,
  );
});
