import assert from "node:assert/strict";
import { test } from "node:test";
import { renderErrorsPage } from "./render-errors-page.js";
import { errorTable } from "./table.js";

test("renderErrorsPage has one sorted row per code", () => {
  const rows = renderErrorsPage()
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  const codes = rows.map((row) => row.slice(3, row.indexOf("`", 3)));
  assert.deepEqual(codes, Object.keys(errorTable).toSorted());
  for (const row of rows) assert.match(row, /^\| `RF_[A-Z0-9_]+` \| [A-Z"`].+ \| [A-Z"`].+ \|$/);
});

test("errorTable keeps the message style: no final period, no contraction", () => {
  for (const [code, { meaning, remedy }] of Object.entries(errorTable)) {
    for (const text of [meaning, remedy]) assert.doesNotMatch(text, /\.$|n't|'s\b(?= not)/, code);
  }
});
