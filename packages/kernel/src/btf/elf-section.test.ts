import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compileBpf } from "../testing/compile-bpf.js";
import { elfSection } from "./elf-section.js";

test("elfSection finds a section by its whole name", () => {
  const file = readFileSync(compileBpf("sample"));
  const license = elfSection(file, "license");
  assert.equal(Buffer.from(license ?? []).toString("latin1"), "Dual BSD/GPL\0");
});

test("elfSection is undefined for a section that is not there", () => {
  assert.equal(elfSection(readFileSync(compileBpf("sample")), ".BT"), undefined);
});

test("elfSection refuses a file that is not ELF", () => {
  assert.throws(() => elfSection(new Uint8Array(100), ".BTF"), /not an ELF object/);
  assert.throws(() => elfSection(new Uint8Array(0), ".BTF"), /not an ELF object/);
});

test("elfSection refuses a 32-bit object", () => {
  const file = Uint8Array.from(readFileSync(compileBpf("sample")));
  file[4] = 1;
  assert.throws(() => elfSection(file, ".BTF"), /not 64-bit little-endian/);
});
