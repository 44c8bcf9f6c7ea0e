import assert from "node:assert/strict";
import { test } from "node:test";
import { RingfenceError } from "@ringfence/model";
import { type OptionSpec, parseOnlyOptions, parseOptions, renderOptions } from "./option-table.js";

const specs: readonly OptionSpec[] = [
  { name: "allow", value: "DEST", repeatable: true, help: "let it reach DEST" },
  { name: "mode", value: "MODE", choices: ["enforce", "audit"], help: "what a deny does" },
  { name: "wait", help: "wait for the last descendant" },
];

const parse = (...args: string[]) => parseOptions(args, specs, "run");

test("parseOptions stops at the command, with and without --", () => {
  assert.equal(parse("--wait", "curl", "--allow", "x").rest, 1);
  assert.equal(parse("--wait", "--", "--allow").rest, 2);
  assert.equal(parse("--allow", "a", "-").rest, 2);
  assert.equal(parse().rest, 0);
});

test("parseOptions takes values after a blank or an equals sign, and keeps their order", () => {
  const { values } = parse("--allow", "10.0.0.0/8", "--allow=a=b", "--mode=audit");
  assert.deepEqual(values.get("allow"), ["10.0.0.0/8", "a=b"]);
  assert.deepEqual(values.get("mode"), ["audit"]);
});

test("parseOptions takes -- as a value only after an equals sign", () => {
  assert.deepEqual(parse("--allow=--", "--", "true").values.get("allow"), ["--"]);
});

for (const [args, expected] of [
  [["--bogus"], /Unknown option "--bogus"/],
  [["--allo", "x"], /Unknown option "--allo": did you mean --allow/],
  [["-x"], /Unknown option "-x"/],
  [["--allow"], /"--allow" needs a value: --allow DEST/],
  [["--allow", "--", "true"], /"--allow" needs a value: --allow DEST/],
  [["--wait=yes"], /"--wait" takes no value/],
  [["--mode", "block"], /"--mode" cannot be "block": write enforce, audit/],
  [["--mode", "audit", "--mode", "audit"], /"--mode" is given twice/],
] as const) {
  test(`parseOptions refuses ${args.join(" ")}`, () => {
    assert.throws(
      () => parse(...args),
      (error) =>
        error instanceof RingfenceError && error.code === "RF_USAGE" && expected.test(error.format()),
    );
  });
}

test("parseOnlyOptions refuses what is no option, also after --", () => {
  assert.equal(parseOnlyOptions(["--wait", "--"], specs, "doctor").has("wait"), true);
  for (const args of [["a"], ["--wait", "a"], ["--", "a"], ["-"]]) {
    assert.throws(
      () => parseOnlyOptions(args, specs, "doctor"),
      (error) =>
        error instanceof RingfenceError &&
        error.format() === `Cannot use the argument "${args.at(-1)}": see ringfence doctor --help`,
    );
  }
});

test("renderOptions shows every option with its value and help within 80 columns", () => {
  const text = renderOptions(specs);
  for (const part of ["--allow DEST", "--mode enforce|audit", "--wait", "wait for the last descendant"]) {
    assert.ok(text.includes(part), part);
  }
  assert.ok(text.split("\n").every((line) => line.length <= 80));
});
