import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Btf, renderLayout } from "@ringfence/kernel";

// Writes the layouts that kernel side and user space share: gen-layout [--check] [--object FILE] [--out FILE]

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

function main(): number {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      object: { type: "string", default: "bpf/build/ringfence.bpf.o" },
      out: { type: "string", default: "packages/kernel/src/generated/layout.ts" },
    },
  });
  const object = resolve(root, values.object);
  const out = resolve(root, values.out);
  if (!existsSync(object)) {
    return fail(`Cannot read "${values.object}": no such file; build it with make -C bpf`);
  }
  const text = renderLayout(Btf.fromObject(object), {
    prefix: "rf_",
    specModule: "../layout/struct-spec.js",
    valueModule: "../layout/struct-value.js",
  });
  const current = existsSync(out) ? readFileSync(out, "utf8") : "";
  if (text === current) return 0;
  if (values.check) {
    return fail(`"${values.out}" differs from the types in "${values.object}": run gen-layout and commit it`);
  }
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, text);
  return 0;
}

function fail(message: string): number {
  process.stderr.write(`gen-layout: ${message}\n`);
  return 1;
}

process.exitCode = main();
