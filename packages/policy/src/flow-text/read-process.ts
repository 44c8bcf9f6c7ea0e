import type { PathFact, ProcessFacts } from "../evaluate/facts.js";
import { choiceHint } from "../text/nearest.js";
import type { LineErrors } from "./line-errors.js";
import { containerKeys, readContainerFact } from "./read-container-fact.js";
import type { Word } from "./words.js";

const keys = ["exe", "trusted", "ancestor", "comm", "uid", "gid", "cgroup", "container", ...containerKeys];
const repeatable = ["ancestor", "trusted", "label"];

/** The kernel keeps 4294967295 for "no id". */
const highestId = 4_294_967_294;
const longestComm = 15;
const encoder = new TextEncoder();

/** Reads the `key=value` words, in any order but for `trusted`, which stands behind the path that it is about. */
export function readProcess(words: readonly Word[], errors: LineErrors): Partial<ProcessFacts> {
  for (const [index, word] of words.entries()) checkWord(word, words.slice(0, index), errors);
  const given = <T>(key: string, read: (word: Word, next: Word | undefined) => T): readonly T[] =>
    words.flatMap((word, index) => (word.key === key ? [read(word, words[index + 1])] : []));
  const [exe] = given("exe", (word, next) => readPath(word, next, errors));
  const ancestors = given("ancestor", (word, next) =>
    word.value === "none" ? "none" : readPath(word, next, errors),
  );
  const [comm] = given("comm", (word) => readComm(word, errors));
  const [uid] = given("uid", (word) => readId(word, errors));
  const [gid] = given("gid", (word) => readId(word, errors));
  const [cgroup] = given("cgroup", (word) => readCgroup(word, errors));
  const container = readContainerFact(words, errors);
  return {
    ...(exe === undefined ? {} : { exe }),
    ...(ancestors.length === 0 ? {} : { ancestors: ancestors.filter((ancestor) => ancestor !== "none") }),
    ...(comm === undefined ? {} : { comm }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(cgroup === undefined ? {} : { cgroup }),
    ...(container === undefined ? {} : { container }),
  };
}

function checkWord(word: Word, before: readonly Word[], errors: LineErrors): void {
  const key = word.key ?? "";
  if (!keys.includes(key)) errors.fail(word.offset, `Unknown key "${key}"`, choiceHint(key, keys));
  if (word.broken) {
    const hint = `Write ${key}="..." with \\" for a quote inside and \\\\ for a backslash`;
    errors.fail(word.offset, `The quotes of ${word.text} do not close right`, hint);
  }
  if (word.text === `${key}=`)
    errors.fail(word.offset, `Key "${key}" has no value`, "Write one, or leave the key out");
  if (!repeatable.includes(key) && before.some((other) => other.key === key)) {
    errors.fail(word.offset, `Key "${key}" is given twice`, "Remove one of the two");
  }
  if (
    key === "ancestor" &&
    before.some((other) => other.key === key && [other.value, word.value].includes("none"))
  ) {
    errors.fail(word.offset, '"ancestor=none" goes with no other ancestor', "Remove one of the two");
  }
  const subject = before.at(-1);
  if (key !== "trusted") return;
  if ((subject?.key !== "exe" && subject?.key !== "ancestor") || !subject.value.startsWith("/")) {
    errors.fail(word.offset, `"${word.text}" is about no path`, "Write it behind exe=PATH or ancestor=PATH");
  }
}

/** A path, or null for `unknown`; a path that is not said to be otherwise is trusted. */
function readPath(word: Word, next: Word | undefined, errors: LineErrors): PathFact | null {
  if (word.value === "unknown") return null;
  if (!word.value.startsWith("/")) {
    const other = word.key === "exe" ? "unknown" : "unknown or none";
    errors.fail(
      word.offset,
      `"${word.value}" is not an absolute path`,
      `Write the resolved path, or ${other}`,
    );
  }
  return { path: word.value, trusted: next?.key !== "trusted" || readYesNo(next, errors) };
}

function readComm({ value, offset }: Word, errors: LineErrors): string {
  const { length } = encoder.encode(value);
  if (length > longestComm) {
    errors.fail(offset, `The comm "${value}" has ${length} bytes`, `Write its first ${longestComm} bytes`);
  }
  return value;
}

function readId({ key, value, offset }: Word, errors: LineErrors): number {
  if (!/^[0-9]{1,10}$/.test(value) || Number(value) > highestId) {
    errors.fail(offset, `"${value}" is not a ${key}`, `Write a number from 0 to ${highestId}`);
  }
  return Number(value);
}

function readCgroup({ value, offset }: Word, errors: LineErrors): string {
  if (!value.startsWith("/")) {
    errors.fail(offset, `"${value}" is not a cgroup`, "Write it as /proc/PID/cgroup shows it after 0::");
  }
  return value;
}

function readYesNo({ key, value, offset }: Word, errors: LineErrors): boolean {
  if (value !== "yes" && value !== "no") {
    errors.fail(offset, `Key "${key}" cannot be "${value}"`, "Write yes or no");
  }
  return value === "yes";
}
