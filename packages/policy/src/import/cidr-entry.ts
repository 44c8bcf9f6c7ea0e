import {
  addressBits,
  formatPrefix,
  hasHostBits,
  networkOf,
  type Prefix,
  parsePrefix,
  unmapPrefix,
} from "@ringfence/model";
import type { Fault } from "../text/fault.js";
import type { EntryParser } from "./entry.js";

/** A block with its mask, which Go programs ask for; bits beyond the mask count as nothing, as they do there. */
export const parseCidrEntry: EntryParser<Prefix> = (text) => {
  const fault = (message: string, hint: string): Fault => ({ code: "RF_POLICY_ADDRESS", message, hint });
  const read = parsePrefix(text);
  if (read === null) return fault(`"${text}" is not a CIDR`, "Write it like 10.0.0.0/8");
  if (!text.includes("/")) {
    const hint = `Write ${text}/${addressBits(read.address.family)} for the one address`;
    return fault(`CIDR "${text}" has no mask`, hint);
  }
  const prefix = unmapPrefix(read);
  if (!hasHostBits(prefix)) return { value: prefix };
  const value = networkOf(prefix);
  const message = `CIDR "${text}" has bits set beyond its mask: it stands for ${formatPrefix(value)}`;
  return { value, doubt: { message, hint: `Write ${formatPrefix(value)}` } };
};
