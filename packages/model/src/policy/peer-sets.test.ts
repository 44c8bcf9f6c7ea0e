import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../address/address-text.js";
import { prefixContains } from "../address/prefix.js";
import type { PeerSet } from "./destination.js";
import { prefixesOf } from "./peer-sets.js";

function holds(set: PeerSet, text: string): boolean {
  const address = parseAddress(text);
  assert.ok(address, text);
  return prefixesOf({ kind: "set", set }).some((prefix) => prefixContains(prefix, address));
}

test("prefixesOf private holds the ranges of the policy language and not multicast", () => {
  const inside = ["10.9.9.9", "172.16.0.0", "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.1.1"];
  for (const text of [...inside, "fc00::1", "fdff::1", "fe80::1", "febf::1"])
    assert.ok(holds("private", text), text);
  const outside = [
    "172.32.0.0",
    "100.128.0.0",
    "127.0.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "ff02::1",
    "::1",
  ];
  for (const text of [...outside, "fec0::1", "2001:db8::1"]) assert.ok(!holds("private", text), text);
});

test("prefixesOf localhost holds loopback of both families", () => {
  for (const text of ["127.0.0.1", "127.255.255.255", "::1"]) assert.ok(holds("localhost", text), text);
  for (const text of ["128.0.0.0", "::2", "10.0.0.1"]) assert.ok(!holds("localhost", text), text);
});

test("prefixesOf any holds everything", () => {
  for (const text of ["0.0.0.0", "255.255.255.255", "::", "ffff::"]) assert.ok(holds("any", text), text);
});
