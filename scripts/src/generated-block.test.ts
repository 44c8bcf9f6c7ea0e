import assert from "node:assert/strict";
import { test } from "node:test";
import { fillBlock } from "./generated-block.js";

const page = "before\n<!-- generated: help -->\nold\n<!-- end -->\nafter <!-- end -->\n";

test("fillBlock replaces what the markers enclose and nothing else", () => {
  const filled = fillBlock(page, "help", "new $& text\n");
  assert.equal(filled, "before\n<!-- generated: help -->\nnew $& text\n<!-- end -->\nafter <!-- end -->\n");
  assert.equal(fillBlock(filled, "help", "old\n"), page);
});

test("fillBlock refuses a page without the block", () => {
  assert.throws(() => fillBlock(page, "other", ""), /Cannot fill block "other"/);
  assert.throws(
    () => fillBlock("<!-- end -->\n<!-- generated: help -->\n", "help", ""),
    /add "<!-- generated/,
  );
});
