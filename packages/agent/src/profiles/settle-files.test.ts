import assert from "node:assert/strict";
import { test } from "node:test";
import { type Profile, RingfenceError } from "@ringfence/model";
import { type ParsedFile, settleFiles } from "./settle-files.js";

const file = (name: string, ...profiles: readonly string[]): ParsedFile => ({
  file: name,
  profiles: profiles.map((profile) => ({ name: profile }) as Profile),
  errors: [],
});
const broken = (name: string): ParsedFile => ({
  file: name,
  profiles: [],
  errors: [new RingfenceError("RF_POLICY_YAML", `${name} is broken`)],
});

function settle(now: readonly ParsedFile[], good: readonly ParsedFile[] = []) {
  const { files, errors } = settleFiles(now, good);
  return {
    files: files.map(
      ({ file: name, form, profiles }) => `${name} ${form}: ${profiles.map((one) => one.name).join()}`,
    ),
    errors: errors.map(({ code }) => code),
  };
}

test("settleFiles takes what is right, and of a broken file the last good form", () => {
  assert.deepEqual(
    settle([file("a", "x", "y"), broken("b"), broken("c")], [file("b", "z"), file("gone", "q")]),
    {
      files: ["a now: x,y", "b good: z"],
      errors: ["RF_POLICY_YAML", "RF_POLICY_YAML"],
    },
  );
});

test("settleFiles leaves a name to the file that had it, whatever the files are called", () => {
  assert.deepEqual(settle([file("a", "x"), file("b", "x")], [file("b", "x")]), {
    files: ["b now: x"],
    errors: ["RF_POLICY_DUPLICATE_NAME"],
  });
  assert.deepEqual(settle([file("a", "new", "x"), file("b", "x")], [file("a", "new"), file("b", "x")]), {
    files: ["a good: new", "b now: x"],
    errors: ["RF_POLICY_DUPLICATE_NAME"],
  });
});

test("settleFiles gives a name that nobody had to the first file, and names both", () => {
  const { files, errors } = settleFiles([file("b", "x"), file("a", "x")], []);
  assert.deepEqual(
    files.map((one) => one.file),
    ["a"],
  );
  assert.match(errors[0]?.message ?? "", /"x" is defined in "b" and in "a"/);
});

test("settleFiles lets a name move, and two files swap their names", () => {
  assert.deepEqual(settle([file("b", "x")], [file("a", "x")]).files, ["b now: x"]);
  assert.deepEqual(settle([file("a", "y"), file("b", "x")], [file("a", "x"), file("b", "y")]), {
    files: ["a now: y", "b now: x"],
    errors: [],
  });
});

test("settleFiles keeps a name with the last good form of a broken file", () => {
  assert.deepEqual(settle([broken("a"), file("b", "x")], [file("a", "x")]), {
    files: ["a good: x"],
    errors: ["RF_POLICY_YAML", "RF_POLICY_DUPLICATE_NAME"],
  });
});
