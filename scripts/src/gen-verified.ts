import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { kernelSeries, type VerifiedTable, verifiedObjects } from "@ringfence/kernel/testing";
import { formatJson } from "./format-json.js";
import { repositoryRoot } from "./repository-root.js";
import { verifiedTablePath } from "./verified-page.js";

// Writes how many instructions the verifier walks for each program: gen-verified [--no-vm] [--print]
// Measures on this kernel, and in the VM unless told not to. With --print it says what this kernel does, as JSON.
// Then run gen-docs, which shows the table.

function measure(): VerifiedTable["kernels"] {
  return { [kernelSeries(release())]: verifiedObjects(join(repositoryRoot, "bpf/build")) };
}

function measureInVm(): VerifiedTable["kernels"] {
  const command = ["run", "--timeout", "300", "--", "node", "scripts/dist/gen-verified.js", "--print"];
  const vm = spawnSync(join(repositoryRoot, "scripts/vm.sh"), command, { encoding: "utf8" });
  if (vm.status !== 0) throw new Error(`Cannot measure in the VM (status ${vm.status}): ${vm.stderr}`);
  return JSON.parse(vm.stdout) as VerifiedTable["kernels"];
}

if (process.argv.includes("--print")) {
  process.stdout.write(JSON.stringify(measure()));
} else {
  const path = join(repositoryRoot, verifiedTablePath);
  const { kernels } = JSON.parse(readFileSync(path, "utf8")) as VerifiedTable;
  const measured = { ...kernels, ...(process.argv.includes("--no-vm") ? {} : measureInVm()), ...measure() };
  writeFileSync(path, `${formatJson({ kernels: measured })}\n`);
}
