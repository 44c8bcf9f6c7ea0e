import assert from "node:assert/strict";
import { test } from "node:test";
import { lowerCase, nameHash, nameText, nameWire, suffixHashes } from "./index.js";

const SECRET = 0x0123_4567_89ab_cdefn;

test("nameText writes what is no plain text with its number, and the root as a dot", () => {
  assert.equal(nameText(Uint8Array.of(3, 0x61, 0x2e, 0x20, 2, 0x5c, 0xff, 0)), "a\\.\\032.\\\\\\255");
  assert.equal(nameText(new Uint8Array()), ".");
  assert.equal(nameText(nameWire("www.example.com")), "www.example.com");
});

test("lowerCase changes the letters A to Z and nothing beside them", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const changed = bytes.filter((byte, index) => lowerCase(bytes)[index] !== byte);
  assert.equal(Buffer.from(changed).toString(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  assert.deepEqual(lowerCase(Uint8Array.of(0x41, 0x5a)), Uint8Array.of(0x61, 0x7a));
});

test("nameHash is the polynomial over words of four bytes from the right end", () => {
  const p = 2n ** 61n - 1n;
  // \x01a\x02bc: the last word is "a\x02bc" read from its right end, before it \x01
  const last = BigInt(Buffer.from([0x61, 2, 0x62, 0x63]).readUInt32LE());
  assert.equal(nameHash(nameWire("a.bc"), SECRET), (last * SECRET + (1n << 24n)) % p);
  assert.notEqual(nameHash(nameWire("a.bc"), SECRET), nameHash(nameWire("a.bc"), SECRET + 1n));
});

test("suffixHashes has the hash of every name above, shortest first", () => {
  const hashes = suffixHashes(nameWire("a.example.com"), SECRET);
  assert.deepEqual(
    hashes,
    ["com", "example.com", "a.example.com"].map((text) => nameHash(nameWire(text), SECRET)),
  );
});
