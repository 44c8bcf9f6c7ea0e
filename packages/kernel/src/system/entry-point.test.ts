import assert from "node:assert/strict";
import { test } from "node:test";
import { runNode } from "../testing/run-node.js";

test("the system entry point loads neither libbpf nor zod", () => {
  const result = runNode(`
    system.signalMask();
    const { readFileSync } = await import("node:fs");
    console.log(readFileSync("/proc/self/maps", "utf8").includes("libbpf"));
    console.log(process.memoryUsage().rss < 60e6);`);
  assert.equal(result.stdout, "false\ntrue\n", result.stderr);
});

test("the system entry point imports nothing but koffi and node", () => {
  const loader = `data:text/javascript,${encodeURIComponent(`
    import { writeSync } from "node:fs";
    export async function resolve(specifier, context, next) {
      if (!/^(node:|[.]|file:|data:)/.test(specifier)) writeSync(1, specifier + "\\n");
      return next(specifier, context);
    }`)}`;
  const result = runNode("", { via: ["env", `NODE_OPTIONS=--no-warnings --experimental-loader=${loader}`] });
  const packages = new Set(
    result.stdout
      .trim()
      .split("\n")
      .filter((name) => !name.startsWith("@koromix/")),
  );
  assert.deepEqual([...packages], ["koffi"], result.stderr);
});
