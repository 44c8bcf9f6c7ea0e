import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, parseAddress } from "./address-text.js";
import { embeddedV4, nat64Of } from "./nat64.js";
import { formatPrefix, parsePrefix } from "./prefix.js";

function embedded(text: string): string | null {
  const address = parseAddress(text);
  assert.ok(address, text);
  const inner = embeddedV4(address);
  return inner === null ? null : formatAddress(inner);
}

test("embeddedV4 reads only the well-known prefix", () => {
  assert.equal(embedded("64:ff9b::c000:201"), "192.0.2.1");
  assert.equal(embedded("64:ff9b::"), "0.0.0.0");
  assert.equal(embedded("64:ff9b:0:0:0:1::"), null);
  assert.equal(embedded("64:ff9c::1.2.3.4"), null);
  assert.equal(embedded("1.2.3.4"), null);
});

test("nat64Of shifts a block into the prefix", () => {
  const prefix = parsePrefix("10.0.0.0/8");
  assert.ok(prefix);
  assert.equal(formatPrefix(nat64Of(prefix)), "64:ff9b::10.0.0.0/104");
});
