import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "./address.js";
import { parseAddress } from "./address-text.js";
import {
  formatPrefix,
  hasHostBits,
  networkOf,
  type Prefix,
  parsePrefix,
  prefixContains,
  prefixCovers,
  prefixRange,
} from "./prefix.js";

function prefix(text: string): Prefix {
  const read = parsePrefix(text);
  assert.ok(read, text);
  return read;
}

function address(text: string): Address {
  const read = parseAddress(text);
  assert.ok(read, text);
  return read;
}

test("parsePrefix reads CIDRs and single addresses", () => {
  assert.equal(prefix("10.0.0.0/8").length, 8);
  assert.equal(prefix("10.0.0.1").length, 32);
  assert.equal(prefix("fd00::/8").length, 8);
  assert.equal(prefix("::1").length, 128);
  for (const text of ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/255.0.0.0", "/8"]) {
    assert.equal(parsePrefix(text), null, text);
  }
});

test("formatPrefix leaves out the length of one address", () => {
  for (const text of ["10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "fd00::/8", "::1"]) {
    assert.equal(formatPrefix(prefix(text)), text);
  }
});

test("hasHostBits and networkOf tell a block from an address in it", () => {
  assert.equal(hasHostBits(prefix("10.0.0.1/8")), true);
  assert.equal(hasHostBits(prefix("10.0.0.0/8")), false);
  assert.equal(formatPrefix(networkOf(prefix("fd00::1/64"))), "fd00::/64");
});

test("prefixContains holds at both ends and nowhere beside them", () => {
  const block = prefix("10.1.0.0/16");
  for (const inside of ["10.1.0.0", "10.1.255.255"]) assert.ok(prefixContains(block, address(inside)));
  for (const outside of ["10.0.255.255", "10.2.0.0", "::a01:0"]) {
    assert.ok(!prefixContains(block, address(outside)));
  }
  assert.ok(prefixContains(prefix("::/0"), address("ffff::")));
});

test("prefixCovers needs a shorter or equal prefix", () => {
  assert.ok(prefixCovers(prefix("10.0.0.0/8"), prefix("10.1.0.0/16")));
  assert.ok(prefixCovers(prefix("10.0.0.0/8"), prefix("10.0.0.0/8")));
  assert.ok(!prefixCovers(prefix("10.1.0.0/16"), prefix("10.0.0.0/8")));
  assert.ok(!prefixCovers(prefix("0.0.0.0/0"), prefix("::/0")));
});

test("prefixRange spans the block", () => {
  assert.deepEqual(prefixRange(prefix("0.0.0.0/0")), { first: 0n, last: 2n ** 32n - 1n });
  assert.deepEqual(prefixRange(prefix("::/127")), { first: 0n, last: 1n });
});
