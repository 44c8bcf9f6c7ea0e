import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sizesById } from "./kernel-memory.js";
import { kibibytes, processMemory } from "./process-memory.js";

const map = "pos:\t0\nflags:\t02000002\nmap_type:\t2\nmemlock:\t4096\nmap_id:\t7\n";
const program = "pos:\t0\nprog_type:\t18\nmemlock:\t8192\nprog_id:\t9\n";
const link = "pos:\t0\nlink_type:\tcgroup\nprog_id:\t9\n";

describe("sizesById", () => {
  test("counts an object once, whatever holds it", () => {
    assert.deepEqual([...sizesById([map, map, program], "map_id")], [["7", 4096]]);
    assert.deepEqual([...sizesById([program, map, link], "prog_id")], [["9", 8192]]);
  });
});

describe("kibibytes", () => {
  test("reads the line of that name only", () => {
    assert.equal(kibibytes("Pss_Dirty:  7 kB\nPss:     12 kB\n", "Pss"), 12);
  });

  test("refuses a text without it", () => {
    assert.throws(() => kibibytes("Rss: 1 kB\n", "Pss"), /"Pss"/);
  });
});

test("processMemory sees this process in the size that Node tells", () => {
  const told = process.memoryUsage.rss() / 2 ** 20;
  assert.ok(Math.abs(processMemory(process.pid).rss - told) < 16);
});
