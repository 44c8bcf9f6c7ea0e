import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { places } from "../host/places.js";
import { type Bar, isMet } from "./bar.js";
import { barsOf } from "./bars.js";
import { fillPage } from "./fill-page.js";
import { renderResults } from "./render-results.js";
import type { Results } from "./results.js";
import { table } from "./table.js";

const results = JSON.parse(readFileSync(places.results, "utf8")) as Results;

test("table aligns numbers right and named columns left", () => {
  assert.equal(
    table(["a", "b", "c"], [["1", "2", "3"]], ["c"]),
    "| a | b | c |\n| --- | ---: | --- |\n| 1 | 2 | 3 |\n",
  );
});

describe("fillPage", () => {
  test("replaces only what is between the markers", () => {
    const page = "before\n<!-- generated: results -->\nold\n<!-- end -->\nafter\n";
    const filled = "before\n<!-- generated: results -->\n\nnew\n<!-- end -->\nafter\n";
    assert.equal(fillPage(page, "new"), filled);
    assert.equal(fillPage(filled, "new"), filled);
  });

  test("refuses a page without markers", () => {
    assert.throws(() => fillPage("text", "new"), /generated: results/);
    assert.throws(() => fillPage("<!-- generated: results -->\n", "new"), /end/);
  });
});

describe("barsOf", () => {
  test("judges a bar met up to its bound", () => {
    const bar: Bar = { what: "x", bound: 10, unit: "ms", found: 10, because: "" };
    assert.equal(isMet(bar), true);
    assert.equal(isMet({ ...bar, found: 10.1 }), false);
  });

  test("takes each bar from its own measurement", () => {
    assert.ok(results.start && results.memory && results.calls);
    const { version, date, seconds, machine } = results;
    const changed: Results = {
      ...{ version, date, seconds, machine },
      start: { ...results.start, added: { p50: 401, p90: 0, p99: 0 } },
      memory: { ...results.memory, together: { rss: 89, pss: 0 } },
      calls: {
        ...results.calls,
        calls: results.calls.calls.map((call) => ({ ...call, addedByOurs: { p50: 700, p25: 0, p75: 0 } })),
      },
    };
    const found = barsOf(changed).map((bar) => [bar.found, isMet(bar)]);
    const compileAndLoad = results.start.phases.plain.total;
    assert.deepEqual(found, [
      [401, false],
      [compileAndLoad, compileAndLoad <= 150],
      [89, true],
      [0.7, false],
      [0.7, false],
      [0.7, false],
    ]);
  });
});

test("renderResults of the committed numbers is what the page shows", () => {
  const page = readFileSync(places.page, "utf8");
  assert.equal(fillPage(page, renderResults(results)), page);
});
