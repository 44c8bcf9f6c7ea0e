import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceHint, nearest } from "./nearest.js";

test("nearest finds a word that is one or two slips away", () => {
  const words = ["egress", "mode", "subject", "any"];
  assert.equal(nearest("egres", words), "egress");
  assert.equal(nearest("Subject", words), "subject");
  assert.equal(nearest("sbujetc", words), "subject");
  assert.equal(nearest("mdoe", words), "mode");
});

test("nearest keeps silent about words that are far away", () => {
  assert.equal(nearest("rules", ["egress", "mode"]), null);
  assert.equal(nearest("db", ["any", "tcp"]), null);
  assert.equal(nearest("abc", ["any"]), null);
});

test("choiceHint lists the options when none is near", () => {
  assert.equal(choiceHint("egres", ["egress", "mode"]), 'Did you mean "egress"?');
  assert.equal(choiceHint("x", ["egress", "mode"]), "Use one of egress, mode");
  assert.equal(choiceHint("x", ["egress"]), "Write egress");
});
