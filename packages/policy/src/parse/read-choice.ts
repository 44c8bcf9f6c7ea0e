import { choiceHint } from "../text/nearest.js";
import { readText } from "./read-list.js";
import type { Fields } from "./read-map.js";
import type { Reader } from "./reader.js";

/** Reads a key that takes one of a few words; null when it is absent or was reported. */
export function readChoice<const Choice extends string>(
  reader: Reader,
  fields: Fields,
  key: string,
  choices: readonly Choice[],
): Choice | null {
  const node = fields.get(key);
  if (node === null) return null;
  const text = readText(reader, node, key);
  if (text === null) return null;
  const choice = choices.find((word) => word === text);
  if (choice !== undefined) return choice;
  reader.error("RF_POLICY_VALUE", node, `Unknown value "${text}" for "${key}"`, choiceHint(text, choices));
  return null;
}

/** The same for a key that must be there. */
export function requireChoice<const Choice extends string>(
  reader: Reader,
  fields: Fields,
  key: string,
  choices: readonly Choice[],
  what: string,
): Choice | null {
  if (!fields.has(key)) {
    const hint = `Add ${key}: ${choices.join(" or ")}`;
    reader.error("RF_POLICY_MISSING_KEY", fields.node, `Key "${key}" is missing in ${what}`, hint);
  }
  return readChoice(reader, fields, key, choices);
}
