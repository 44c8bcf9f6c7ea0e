import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, parseAddress } from "./address-text.js";
import { normalizeDestination, unmapPrefix } from "./normalize-destination.js";
import { formatPrefix, parsePrefix } from "./prefix.js";

test("normalizeDestination names the address that packets reach", () => {
  const pairs = [
    ["0.0.0.0", "127.0.0.1"],
    ["::", "::1"],
    ["::ffff:0.0.0.0", "127.0.0.1"],
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["10.1.2.3", "10.1.2.3"],
    ["64:ff9b::10.1.2.3", "64:ff9b::10.1.2.3"],
    ["::1:0:0", "::1:0:0"],
  ] as const;
  for (const [from, to] of pairs) {
    const address = parseAddress(from);
    assert.ok(address, from);
    assert.equal(formatAddress(normalizeDestination(address)), to);
  }
});

test("unmapPrefix turns v4-mapped blocks into IPv4 blocks", () => {
  const pairs = [
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["::ffff:0.0.0.0/96", "0.0.0.0/0"],
    ["::/0", "::/0"],
    ["fd00::/104", "fd00::/104"],
  ] as const;
  for (const [from, to] of pairs) {
    const prefix = parsePrefix(from);
    assert.ok(prefix, from);
    assert.equal(formatPrefix(unmapPrefix(prefix)), to);
  }
});
