import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sendDatagram } from "./send-datagram.js";

/** Prints one datagram that it receives; Node has no such sockets, perl is in every Debian. */
const receiver = `use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; my $n = shift; $n =~ s/^@/\\0/;
bind($s, pack("Sa*", AF_UNIX, $n)) or die $!; $| = 1; print "ready\\n"; recv($s, my $m, 4096, 0); print $m;`;

const folder = mkdtempSync(join(tmpdir(), "ringfence-datagram-"));
for (const name of [join(folder, "socket"), `@ringfence-test-${process.pid}`]) {
  test(`sendDatagram reaches ${name.startsWith("@") ? "an abstract name" : "a path"}`, async () => {
    const child = spawn("perl", ["-e", receiver, name], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    sendDatagram(name, "READY=1\\nSTATUS=ä");
    const [text] = await once(child.stdout, "data");
    assert.equal(String(text), "READY=1\\nSTATUS=ä");
  });
}

test("sendDatagram says that nobody is there, and refuses a name that is too long", () => {
  assert.throws(() => sendDatagram(join(folder, "none"), "x"), { code: "ENOENT" });
  assert.throws(() => sendDatagram("@ringfence-nobody", "x"), { code: "ECONNREFUSED" });
  assert.throws(() => sendDatagram("x".repeat(108), "x"), RangeError);
  rmSync(folder, { recursive: true });
});
