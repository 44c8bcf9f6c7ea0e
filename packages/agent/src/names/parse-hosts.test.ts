import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress } from "@ringfence/model";
import { HOSTS_ROOM, parseHosts } from "./parse-hosts.js";

function namesIn(text: string) {
  return Object.fromEntries(
    parseHosts(text).entries.map(({ address, names }) => [formatAddress(address), names]),
  );
}

test("parseHosts takes all names of a line, and of all lines with one address", () => {
  const text = `# 192.0.2.9 comment.example
192.0.2.1\tDB.Example.COM db   # the name server
  2001:db8::7 six.example.com.
not-an-address name.example
192.0.2.1 again.example.com db
::ffff:192.0.2.1 mapped.example.com
192.0.2.2
192.0.2.3 crlf.example.com\r
`;
  assert.deepEqual(namesIn(text), {
    "192.0.2.1": ["db.example.com", "db", "again.example.com", "mapped.example.com"],
    "2001:db8::7": ["six.example.com"],
    "192.0.2.3": ["crlf.example.com"],
  });
});

test("parseHosts takes names of any script as DNS carries them", () => {
  assert.deepEqual(namesIn("192.0.2.1 Bücher.example"), { "192.0.2.1": ["xn--bcher-kva.example"] });
});

test("parseHosts takes no address that no name may have, and does not count its names", () => {
  const addresses = [
    "127.0.0.1",
    "127.0.1.1",
    "0.0.0.0",
    "169.254.1.1",
    "::1",
    "::",
    "fe80::1",
    "FEBF::1",
    "::ffff:127.0.0.1",
    "fe80::1%eth0",
  ];
  const text = addresses.map((address) => `${address} host.example.com\n`).join("");
  assert.deepEqual(parseHosts(text), { entries: [], refused: 0, beyond: 0 });
});

test("parseHosts counts names that DNS cannot have", () => {
  const longest = `${"a".repeat(49)}.`.repeat(5).slice(0, 249).concat(".com");
  const [long, label] = [`x${longest}`, `${"b".repeat(64)}.example`];
  const text = `192.0.2.1 ${longest} ${long} ${label} a..example *.example.com under_score.example -x.example`;
  const { entries, refused } = parseHosts(text);
  assert.equal(longest.length, 253);
  assert.deepEqual(entries[0]?.names, [longest, "under_score.example"]);
  assert.equal(refused, 5);
});

test("parseHosts counts what goes beyond the room of an address, and of all", () => {
  const many = Array.from({ length: 20 }, (_, index) => `n${index}.example.com`);
  const one = parseHosts(`192.0.2.1 ${many.join(" ")} n3.example.com`);
  assert.deepEqual([one.entries[0]?.names.length, one.beyond], [16, 4]);
  const lines = Array.from({ length: 10_000 }, (_, i) => `10.${i >> 8}.${i & 255}.1 h${i}.example.com`);
  const all = parseHosts(lines.join("\n"));
  assert.deepEqual([all.entries.length, all.beyond], [HOSTS_ROOM, 10_000 - HOSTS_ROOM]);
});
