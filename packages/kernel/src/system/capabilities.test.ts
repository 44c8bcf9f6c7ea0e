import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { runNode } from "../testing/run-node.js";
import { getCapabilities, inBoundingSet } from "./capabilities.js";
import { capabilitiesIn, capabilityNames, capabilitySet } from "./capability-names.js";

test("getCapabilities agrees with /proc", () => {
  const status = readFileSync("/proc/thread-self/status", "utf8");
  const set = (name: string) => BigInt(`0x${new RegExp(`${name}:\\s+(\\w+)`).exec(status)?.[1]}`);
  assert.deepEqual(getCapabilities(), {
    effective: set("CapEff"),
    permitted: set("CapPrm"),
    inheritable: set("CapInh"),
  });
});

test("capabilitySet and capabilitiesIn are inverse", () => {
  fc.assert(
    fc.property(fc.subarray([...capabilityNames]), (names) => {
      assert.deepEqual(capabilitiesIn(capabilitySet(names)), names);
    }),
  );
});

test("capabilitySet numbers capabilities as the kernel does", () => {
  assert.equal(capabilitySet(["CAP_SYS_ADMIN"]), 1n << 21n);
  assert.equal(capabilitySet(["CAP_BPF", "CAP_CHOWN"]), (1n << 39n) | 1n);
  assert.deepEqual(capabilitiesIn(1n << 63n), ["CAP_63"]);
});

test("setCapabilities and dropFromBoundingSet take a capability from a root process for good", () => {
  const result = runNode(`
    for (const fd of [0, 1, 2]) system.setCloseOnExec(fd, false);
    system.dropFromBoundingSet("CAP_SYS_ADMIN");
    console.log(system.inBoundingSet("CAP_SYS_ADMIN"), system.inBoundingSet("CAP_CHOWN"));
    const { effective } = system.getCapabilities();
    const rest = effective & ~system.capabilitySet(["CAP_SYS_ADMIN"]);
    system.setCapabilities({ effective: rest, permitted: rest, inheritable: 0n });
    const argv = ["grep", "CapEff", "/proc/self/status"].map((word) => new Uint8Array(Buffer.from(word)));
    system.execve("/bin/grep", argv, []);`);
  const [bounding, effective] = result.stdout.split("\n");
  assert.equal(bounding, "false true");
  const set = BigInt(`0x${effective?.split("\t")[1]}`);
  assert.equal(set & capabilitySet(["CAP_SYS_ADMIN"]), 0n);
  assert.notEqual(set & capabilitySet(["CAP_CHOWN"]), 0n);
});

test("inBoundingSet is true here for what this process may use", () => {
  assert.equal(inBoundingSet("CAP_NET_ADMIN"), true);
});
