import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress } from "@ringfence/model";
import { parseResolvConf } from "./resolv-conf.js";

test("parseResolvConf takes the addresses of name servers, without zones, and nothing else", () => {
  const text = `# nameserver 192.0.2.9
search example.com
nameserver 192.0.2.1
  nameserver\tfe80::1%eth0
nameserver nonsense
nameserver 2001:db8::53 ; trailing
options edns0`;
  assert.deepEqual(parseResolvConf(text).map(formatAddress), ["192.0.2.1", "fe80::1", "2001:db8::53"]);
});
