import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress } from "@ringfence/model";
import { hostNameservers, parseNameservers } from "./host-nameservers.js";

test("parseNameservers reads the addresses of nameserver lines, in their order", () => {
  const text = `# nameserver 192.0.2.9
search example.com
nameserver 127.0.0.53
nameserver\tfe80::1%eth0
 nameserver 192.0.2.8
nameserver nonsense
options edns0
nameserver 2001:db8::53 `;
  assert.deepEqual(parseNameservers(text).map(formatAddress), ["127.0.0.53", "fe80::1", "2001:db8::53"]);
});

test("hostNameservers finds none where there is no file", () => {
  assert.deepEqual(hostNameservers("/nonexistent/resolv.conf"), []);
});
