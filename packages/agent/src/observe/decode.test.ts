import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLineOf, destinationOf, exeFlagsOf, hookOf, protocolOf, reasonOf, textOf } from "./decode.js";

test("textOf ends at the first NUL and survives bytes that are not UTF-8", () => {
  assert.equal(textOf(Buffer.from("curl\0\0rest")), "curl");
  assert.equal(textOf(Buffer.from("0123456789abcdef")), "0123456789abcdef");
  assert.equal(textOf(Buffer.from([0xff, 0])), "\ufffd");
});

test("commandLineOf joins arguments by blanks and shows that it was cut", () => {
  assert.equal(commandLineOf(Buffer.from("sh\0-c\0x y\0"), 10), "sh -c x y");
  assert.equal(commandLineOf(Buffer.from("a\0bc"), 100), "a bc…");
  assert.equal(commandLineOf(Buffer.from("a\0\0b\0junk"), 5), "a  b");
});

test("exeFlagsOf names each bit", () => {
  assert.deepEqual(exeFlagsOf(1 | 8), ["trusted", "truncated"]);
  assert.deepEqual(exeFlagsOf(0), []);
});

test("protocolOf falls back to the number", () => {
  assert.equal(protocolOf(6, "policy"), "tcp");
  assert.equal(protocolOf(58, "policy"), "icmpv6");
  assert.equal(protocolOf(132, "policy"), "sctp");
  assert.equal(protocolOf(33, "policy"), "33");
});

test("protocolOf names the family where a verdict is about one", () => {
  assert.equal(protocolOf(17, "address-family"), "packet");
  assert.equal(protocolOf(99, "address-family"), "family 99");
});

test("a verdict about a device names it, and no destination", () => {
  assert.equal(protocolOf(1, "device"), "tun");
  assert.throws(() => protocolOf(99, "device"), RangeError);
  assert.equal(destinationOf(new Uint8Array(16), "device", "device"), null);
});

test("hookOf and reasonOf refuse numbers of another version", () => {
  assert.equal(hookOf(1), "connect");
  assert.equal(reasonOf(2), "source-route");
  assert.throws(() => hookOf(99), RangeError);
  assert.throws(() => reasonOf(99), RangeError);
});
