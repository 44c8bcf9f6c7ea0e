import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  compareVerified,
  kernelSeries,
  type VerifiedTable,
  verifiedObjects,
} from "@ringfence/kernel/testing";
import { repositoryRoot } from "./harness/paths.js";
import { timeout } from "./harness/timeout.js";

test("every program loads on this kernel within the instructions that bpf/verified.json says", {
  timeout,
}, (t) => {
  const table = JSON.parse(readFileSync(join(repositoryRoot, "bpf/verified.json"), "utf8")) as VerifiedTable;
  const measured = verifiedObjects(join(repositoryRoot, "bpf/build"));
  const { lines, problems } = compareVerified(table.kernels[kernelSeries(release())], measured);
  for (const line of lines) t.diagnostic(line);
  const advice = "If that is meant, run node scripts/dist/gen-verified.js and commit what it writes";
  assert.deepEqual(problems, [], `${problems.join("\n")}\n${advice}`);
  assert.ok(lines.length > 10, "no programs");
});
