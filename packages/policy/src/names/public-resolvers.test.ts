import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatPrefix,
  hasHostBits,
  type Prefix,
  parseAddress,
  peerSets,
  prefixContains,
} from "@ringfence/model";
import { publicResolvers } from "./public-resolvers.js";

const prefixes: readonly Prefix[] = publicResolvers.flatMap((peer) =>
  peer.kind === "prefix" ? [peer.prefix] : [],
);

test("publicResolvers are addresses and blocks of the Internet, each once, and none within another", () => {
  assert.equal(prefixes.length, publicResolvers.length);
  for (const prefix of prefixes) {
    const text = formatPrefix(prefix);
    assert.ok(!hasHostBits(prefix), text);
    const holders = prefixes.filter((other) => prefixContains(other, prefix.address));
    assert.deepEqual(holders.map(formatPrefix), [text]);
    const near = [...peerSets.private, ...peerSets.localhost].some((block) =>
      prefixContains(block, prefix.address),
    );
    assert.ok(!near, text);
  }
});

test("publicResolvers hold what clients come with", () => {
  const known = [
    "1.1.1.1",
    "8.8.8.8",
    "9.9.9.9",
    "208.67.222.222",
    "94.140.14.14",
    "45.90.30.7",
    "76.76.2.22",
  ];
  const inIpv6 = ["2606:4700:4700::1111", "2001:4860:4860::8844", "2620:fe::fe", "2a07:a8c1::12:3456"];
  for (const text of [...known, ...inIpv6]) {
    const address = parseAddress(text);
    assert.ok(address !== null && prefixes.some((prefix) => prefixContains(prefix, address)), text);
  }
});

test("publicResolvers leave out a service that ended, whose addresses are somebody else's", () => {
  const address = parseAddress("193.110.81.0");
  assert.ok(address !== null && !prefixes.some((prefix) => prefixContains(prefix, address)));
});
