import type { NamePattern } from "@ringfence/model";
import { isFault } from "../text/fault.js";
import { parseName } from "../text/name-text.js";
import type { EntryParser } from "./entry.js";

/** One name, for tools that take a star for a character. */
export const parseNameEntry: EntryParser<NamePattern> = (text) => {
  const pattern = parseName(text);
  if (isFault(pattern)) return pattern;
  if (!pattern.wildcard) return { value: pattern };
  return {
    code: "RF_POLICY_DOMAIN",
    message: `"${text}" never matches: names have no wildcards there`,
    hint: "Write the names, or remove it and put the wildcard into the policy that comes out",
  };
};
