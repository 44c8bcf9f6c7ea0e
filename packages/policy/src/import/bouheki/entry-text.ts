import type { NumberRange } from "@ringfence/model";
import { checkComm } from "../../text/comm-text.js";
import { isFault } from "../../text/fault.js";
import { parseIds } from "../../text/id-text.js";
import type { EntryParser } from "../entry.js";

/** A task name as the kernel keeps it. */
export const parseCommandEntry: EntryParser<string> = (text) => checkComm(text) ?? { value: text };

/** A uid or gid by number. */
export const parseIdEntry: EntryParser<NumberRange> = (text, key) => {
  if (!/^[0-9]+$/.test(text)) {
    return {
      code: "RF_POLICY_ID",
      message: `"${text}" is not a number for "${key}"`,
      hint: "Write the id as a number",
    };
  }
  const range = parseIds(text, key.startsWith("uid") ? "uid" : "gid", nobody);
  return isFault(range) ? range : { value: range };
};

const nobody = { uidOf: () => null, gidOf: () => null, portOf: () => null };
