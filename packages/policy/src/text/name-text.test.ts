import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "./fault.js";
import { parseName } from "./name-text.js";

const readable: Readonly<Record<string, string>> = {
  "example.com": "example.com",
  "EXAMPLE.Com.": "example.com",
  "*.example.com": "*.example.com",
  "*.Example.com.": "*.example.com",
  "*.com": "*.com",
  db: "db",
  "_ldap._tcp.example.com": "_ldap._tcp.example.com",
  "a--b.example": "a--b.example",
  "3com.example": "3com.example",
  "0x7f.example": "0x7f.example",
  "a.0xg": "a.0xg",
  a_b: "a_b",
  "b\u00fccher.example": "xn--bcher-kva.example",
  "B\u00dcCHER.example": "xn--bcher-kva.example",
  "*.b\u00fccher.example": "*.xn--bcher-kva.example",
  "XN--bcher-kva.example": "xn--bcher-kva.example",
  "\u4f8b\u3048\u3002\u30c6\u30b9\u30c8": "xn--r8jz45g.xn--zckzah",
  [`${"a".repeat(63)}.example`]: `${"a".repeat(63)}.example`,
  [`${"a.".repeat(126)}a`]: `${"a.".repeat(126)}a`,
};

for (const [text, expected] of Object.entries(readable)) {
  test(`parseName reads ${text.slice(0, 40)}`, () => {
    const pattern = parseName(text);
    assert.ok(!isFault(pattern), isFault(pattern) ? pattern.message : "");
    assert.equal(`${pattern.wildcard ? "*." : ""}${pattern.name}`, expected);
  });
}

const refused = [
  "",
  ".",
  "*.",
  "a.*",
  "a..b",
  "a b",
  "a/b",
  "a@b",
  "\u00fc/b",
  "\u00fc:1",
  "\u00fc@b",
  "\u00fc#",
  "1.2.3.4",
  "1.2.3",
  "0x7f.1",
  "0xff",
  "a.0x",
  "**.a",
  "*.a.*",
];

for (const text of [
  ...refused,
  "\uff11.2",
  "xn--zz--zz.example",
  "\ud800.example",
  "\u202ea\u202c.example",
]) {
  test(`parseName refuses ${JSON.stringify(text)}`, () => assert.ok(isFault(parseName(text))));
}
