import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, parseAddress } from "./address-text.js";

test("parseAddress and formatAddress give the canonical text", () => {
  const pairs = [
    ["10.0.0.1", "10.0.0.1"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["2001:DB8::0:1", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["1::", "1::"],
    ["::ffff:0a01:0203", "::ffff:10.1.2.3"],
    ["64:ff9b::1.2.3.4", "64:ff9b::1.2.3.4"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ] as const;
  for (const [text, canonical] of pairs) {
    const address = parseAddress(text);
    assert.ok(address, text);
    assert.equal(formatAddress(address), canonical);
  }
});

test("parseAddress refuses what is no address", () => {
  const wrong = [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.-4",
    "1.2.3.4 ",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "g::",
    "::1%eth0",
    "1.2.3.4::",
    "::1.2.3.4:5",
    ":1::",
  ];
  for (const text of wrong) assert.equal(parseAddress(text), null, text);
});

test("parseAddress reads back what formatAddress writes, for every pattern of zero groups", () => {
  for (let pattern = 0; pattern < 256; pattern++) {
    let value = 0n;
    for (let group = 0; group < 8; group++) {
      const digits = (pattern >> group) & 1 ? BigInt(0x10001 >> (group + 1)) : 0n;
      value = (value << 16n) | digits;
    }
    const address = { family: 6 as const, value };
    assert.deepEqual(parseAddress(formatAddress(address)), address);
  }
  for (let value = 1n; value < 2n ** 32n; value = value * 3n + 1n) {
    const address = { family: 4 as const, value };
    assert.deepEqual(parseAddress(formatAddress(address)), address);
  }
});
