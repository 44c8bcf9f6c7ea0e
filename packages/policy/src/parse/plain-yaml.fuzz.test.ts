import assert from "node:assert/strict";
import { test } from "node:test";
import { isAlias, isMap, isScalar, isSeq, LineCounter } from "yaml";
import { hostileTexts } from "../testing/hostile-texts.js";
import { mutateText } from "../testing/mutate-text.js";
import { Random } from "../testing/random.js";
import { withRandomNames } from "../testing/random-names.js";
import { randomProfiles } from "../testing/random-policy.js";
import { seedOf } from "../testing/seed.js";
import { policyYaml } from "../write/policy-yaml.js";
import { plainDocuments } from "./plain-yaml.js";
import { UnbearableYaml, yamlDocuments } from "./yaml-documents.js";

const seed = seedOf(process.env);
/** RINGFENCE_FUZZ_SECONDS makes the run longer; otherwise it is this many texts, the same each time. */
const usualTexts = 6000;
const seconds = Number(process.env["RINGFENCE_FUZZ_SECONDS"] ?? 0);
const timeout = 60_000 + seconds * 1000;

test("plainDocuments reads no deeper than the library may", () => {
  const deepTexts = (depth: number) => [
    `a: ${"[".repeat(depth)}1${"]".repeat(depth)}`,
    `a: ${"{ a: ".repeat(depth)}1${" }".repeat(depth)}`,
    `${Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}a:`).join("\n")} 1`,
    `${Array.from({ length: depth }, (_, level) => `${" ".repeat(2 * level)}- a:`).join("\n")} 1`,
  ];
  for (const text of deepTexts(5)) assert.ok(compare(text), text);
  for (const text of deepTexts(100)) assert.equal(plainDocuments(text, new LineCounter()), null);
});

/** All that is read of nodes: what they are, what they hold, and where they begin. */
function shapeOf(node: unknown): unknown {
  if (isScalar(node)) return [node.range?.[0], node.value, node.source];
  if (isSeq(node)) return [node.range?.[0], "list", ...node.items.map(shapeOf)];
  if (isMap(node))
    return [node.range?.[0], "map", ...node.items.map(({ key, value }) => [shapeOf(key), shapeOf(value)])];
  return isAlias(node) ? "an alias" : node;
}

/** Fails where the text is taken, and the library reads something else. Returns whether it is taken. */
function compare(text: string): boolean {
  const lines = new LineCounter();
  const plain = plainDocuments(text, lines);
  if (plain === null) {
    assert.deepEqual(lines.lineStarts, [], "lines were counted of what somebody else reads");
    return false;
  }
  const otherLines = new LineCounter();
  const others = [...yamlDocuments(text, otherLines)];
  assert.deepEqual(
    others.flatMap(({ errors, warnings }) => [...errors, ...warnings].map(({ message }) => message)),
    [],
  );
  assert.deepEqual(
    plain.map(shapeOf),
    others.map(({ contents }) => shapeOf(contents)),
  );
  for (let at = 0; at <= text.length; at++) assert.deepEqual(lines.linePos(at), otherLines.linePos(at));
  return true;
}

function compareSeeded(count: number, text: string): boolean {
  try {
    return compare(text);
  } catch (error) {
    throw new Error(`RINGFENCE_TEST_SEED=${seed + count}: ${JSON.stringify(text)}`, { cause: error });
  }
}

/** Runs `make` until it is enough. Returns the part of its texts that were taken. */
function partTaken(make: (random: Random) => string): number {
  const end = performance.now() + (seconds * 1000) / 2;
  let taken = 0;
  let count = 0;
  for (; seconds > 0 ? performance.now() < end : count < usualTexts; count++)
    if (compareSeeded(count, make(new Random(seed + count)))) taken++;
  return taken / count;
}

test("plainDocuments reads what policies are turned into as the library does, or not at all", {
  timeout,
}, (t) => {
  const taken = partTaken((random) =>
    String(mutateText(random, policyYaml(withRandomNames(random, randomProfiles(random))))),
  );
  t.diagnostic(`seed ${seed}: ${taken}`);
  assert.ok(taken > 0.05 && taken < 0.5, String(taken));
});

test("plainDocuments reads maps and lists in all styles as the library does, or not at all", {
  timeout,
}, (t) => {
  const taken = partTaken((random) => {
    const text = random.list(1, 2, () => randomBlock(random, random.oneIn(9) ? 2 : 0, 0)).join("---\n");
    return random.oneIn(2) ? text : swapped(random, text);
  });
  t.diagnostic(`seed ${seed}: ${taken}`);
  assert.ok(taken > 0.05 && taken < 0.8, String(taken));
});

for (const [name, make] of Object.entries(hostileTexts)) {
  test(`plainDocuments leaves ${name} to the library, or reads it as that does`, { timeout }, () => {
    const text = make();
    if (typeof text !== "string") return;
    try {
      [...yamlDocuments(text, new LineCounter())];
    } catch (error) {
      assert.ok(error instanceof UnbearableYaml);
      assert.equal(plainDocuments(text, new LineCounter()), null);
      return;
    }
    if (text.length < 2 ** 16) compare(text);
  });
}

const usualScalars = [
  ...[
    "a",
    "key-1",
    "_x",
    "1",
    "007",
    "10",
    "true",
    "false",
    "No",
    "1-2",
    "10.0.0.1",
    "10.0.0.0/8",
    "fd00::/8",
    "::1",
  ],
  ...[
    "::/0",
    "a:b",
    "/usr/**",
    "x*.y",
    "é",
    '""',
    '"x: y"',
    '"é # [a]"',
    "'a'",
    "''",
    "'\"'",
    "443/tcp",
    "c@d",
  ],
] as const;
const oddScalars = [
  ...[
    "null",
    "~",
    "True",
    "1.5",
    "1e3",
    "0x1f",
    "0o7",
    "2001:db8::",
    "a:",
    ":b",
    "a#b",
    "a #b",
    "a b",
    "'it''s'",
  ],
  ...[
    '"\\n"',
    "999999999999999",
    "9999999999999999",
    "-",
    "- a",
    "a: b",
    "",
    "*a",
    "&a b",
    "!a b",
    "|",
    "1_0",
  ],
] as const;
const randomScalar = (random: Random) => random.pick(random.oneIn(20) ? oddScalars : usualScalars);
const randomKey = (random: Random) =>
  random.oneIn(40)
    ? random.pick(["true", "é", "?", "1", '"a"', "null"])
    : random.pick(["a", "b-1", "_c", "to"]);
const randomSpace = (random: Random) => " ".repeat(1 + (random.oneIn(5) ? random.below(3) : 0));

/** A map or a list over lines that begin at `indent`. */
function randomBlock(random: Random, indent: number, depth: number): string {
  const isList = random.oneIn(2);
  return random
    .list(1, 3, () => {
      const start = " ".repeat(indent);
      if (!isList) return `${start}${randomKey(random)}:${randomAfterKey(random, indent, depth)}`;
      const space = randomSpace(random);
      if (random.oneIn(2)) return `${start}-${space}${randomFlow(random, depth)}${randomEnd(random)}`;
      const column = indent + 1 + space.length;
      return `${start}-${space}${randomBlock(random, column, depth + 1).trimStart()}`;
    })
    .join("");
}

function randomAfterKey(random: Random, indent: number, depth: number): string {
  if (depth > 3 || random.oneIn(2))
    return `${randomSpace(random)}${randomFlow(random, depth)}${randomEnd(random)}`;
  return `${randomEnd(random)}${randomBlock(random, indent + random.below(4), depth + 1)}`;
}

function randomFlow(random: Random, depth: number): string {
  const space = random.oneIn(2) ? " " : "";
  if (depth > 4 || random.oneIn(2)) return randomScalar(random);
  const value = () => randomFlow(random, depth + 1);
  if (random.oneIn(2)) return `[${space}${random.list(0, 3, value).join(`,${space}`)}${space}]`;
  const pairs = random.list(0, 3, () => `${randomKey(random)}: ${value()}`);
  return `{${space}${pairs.join(`,${space}`)}${space}}`;
}

function randomEnd(random: Random): string {
  const comment = random.oneIn(6) ? `${" ".repeat(random.oneIn(9) ? 0 : 1)}# c: [é]` : "";
  return `${comment}\n${random.oneIn(8) ? `${" ".repeat(random.below(6))}# d\n\n` : ""}`;
}

/** The text with a character more, less, or another one. */
function swapped(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const piece = random.pick([
    " ",
    "  ",
    "\n",
    ":",
    "-",
    "- ",
    "#",
    ",",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "*",
    "\t",
    ".",
    "1",
  ]);
  return text.slice(0, at) + (random.oneIn(3) ? "" : piece) + text.slice(at + random.below(3));
}
