import { readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { alteredObject } from "./harness/altered-object.js";
import { type AlteredObject, alteredObjects } from "./harness/altered-objects.js";
import { builtFolder } from "./harness/built-once.js";
import { withMusl } from "./harness/musl.js";
import { nativeFolder, nativeProgram } from "./harness/native.js";

// Compiles what the end-to-end tests compile, before any of them runs: emulated it would take each time a minute.
// A test that asks for something else makes it itself.

const native = readdirSync(nativeFolder).map((file) => basename(file, ".c"));
const made = [
  ...Object.keys(alteredObjects).map((name) => alteredObject(name as AlteredObject)),
  ...native.filter((name) => name !== "resolve").map((name) => nativeProgram(name)),
  nativeProgram("subject", []),
  nativeProgram("resolve", withMusl),
];
const names = new Set(made.map((path) => basename(path)));
for (const name of readdirSync(builtFolder)) {
  if (!names.has(name)) rmSync(join(builtFolder, name));
}
