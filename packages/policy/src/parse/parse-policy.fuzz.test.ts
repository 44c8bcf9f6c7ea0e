import assert from "node:assert/strict";
import { test } from "node:test";
import { RingfenceError } from "@ringfence/model";
import { compile } from "../compile/compile.js";
import { fixedResolver } from "../testing/fixed-resolver.js";
import { hostileTexts } from "../testing/hostile-texts.js";
import { mutateText } from "../testing/mutate-text.js";
import { Random } from "../testing/random.js";
import { withRandomNames } from "../testing/random-names.js";
import { randomProfiles } from "../testing/random-policy.js";
import { seedOf } from "../testing/seed.js";
import { policyYaml } from "../write/policy-yaml.js";
import { parsePolicy } from "./parse-policy.js";

const seed = seedOf(process.env);
/** RINGFENCE_FUZZ_SECONDS makes the run longer; otherwise it is this many texts, the same each time. */
const usualTexts = 2000;
const seconds = Number(process.env["RINGFENCE_FUZZ_SECONDS"] ?? 0);
/** Ends a text on which the parser hangs. */
const timeout = 60_000 + seconds * 1000;

/** Fails unless the text is read, or refused with errors that say where; returns which of the two. */
function read(input: string | Uint8Array): "accepted" | "refused" {
  const { profiles, warnings, errors } = parsePolicy(input, "p.yaml", fixedResolver);
  for (const error of [...errors, ...warnings]) assertLocated(error);
  assert.equal(profiles.length === 0, errors.length > 0, "neither profiles nor errors");
  if (errors.length > 0) return "refused";
  try {
    compile(profiles, { workloads: [] });
  } catch (error) {
    assert.ok(error instanceof RingfenceError && error.code === "RF_POLICY_LIMIT", String(error));
  }
  return "accepted";
}

function assertLocated(error: RingfenceError): void {
  assert.match(error.format(), /^p\.yaml:[1-9]\d*:[1-9]\d*: ./s);
  assert.notEqual(error.code, "RF_INTERNAL");
}

for (const [name, make] of Object.entries(hostileTexts)) {
  test(`parsePolicy survives ${name}`, { timeout }, () => {
    read(make());
  });
}

test("parsePolicy reads or refuses with a place whatever a valid file is turned into", { timeout }, (t) => {
  const counts = { accepted: 0, refused: 0 };
  const end = performance.now() + seconds * 1000;
  let count = 0;
  for (; seconds > 0 ? performance.now() < end : count < usualTexts; count++) {
    const random = new Random(seed + count);
    const text = mutateText(random, policyYaml(withRandomNames(random, randomProfiles(random))));
    try {
      counts[read(text)]++;
    } catch (error) {
      throw new Error(`RINGFENCE_TEST_SEED=${seed + count}: ${JSON.stringify(String(text))}`, {
        cause: error,
      });
    }
  }
  t.diagnostic(`${count} texts, seed ${seed}: ${JSON.stringify(counts)}`);
  assert.ok(counts.accepted > count / 50 && counts.refused > count / 50, JSON.stringify(counts));
});

test("parsePolicy refuses random bytes with a place", { timeout }, () => {
  for (let count = 0; count < 500; count++) {
    const random = new Random(seed + count);
    const bytes = Uint8Array.from({ length: random.below(200) }, () =>
      random.oneIn(3) ? random.below(256) : 32 + random.below(95),
    );
    assert.equal(read(bytes), "refused");
  }
});
