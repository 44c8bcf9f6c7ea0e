import type { NamePattern } from "@ringfence/model";
import type { Fault } from "./fault.js";

const longestName = 253;
const longestLabel = 63;

/**
 * Reads a name as rules list it: letters of any script become their ASCII form (IDNA, by the processing of the URL
 * Standard), case and one trailing dot do not matter, and `*.` in front stands for what is below.
 */
export function parseName(text: string): NamePattern | Fault {
  const wildcard = text.startsWith("*.");
  const plain = text.slice(wildcard ? 2 : 0).replace(/\.$/, "");
  if (wildcard && plain === "") {
    return fault(`Name "${text}" has nothing behind its star`, 'Write it like "*.example.com", or any');
  }
  if (plain.includes("*")) {
    return fault(
      `Name "${text}" has a star that is not its whole first label`,
      'Write "*.example.com" for what is below a name, or list the names',
    );
  }
  const name = asciiOf(plain);
  if (name === null) {
    return fault(
      `Name "${text}" has no form that DNS can carry`,
      "Write its ASCII form, such as xn--bcher-kva.example",
    );
  }
  return flawOf(text, name) ?? { name, wildcard };
}

function flawOf(text: string, name: string): Fault | null {
  if (name.length > longestName) {
    return fault(`A name of ${name.length} bytes is too long`, `Write one of at most ${longestName} bytes`);
  }
  const labels = name.split(".");
  if (labels.includes("")) {
    return fault(`Name "${text}" has an empty label`, "Write one dot between labels, and none in front");
  }
  const long = labels.find((label) => label.length > longestLabel);
  if (long !== undefined) {
    return fault(
      `Label "${long}" of a name has ${long.length} bytes`,
      `Write labels of at most ${longestLabel} bytes`,
    );
  }
  const odd = labels.find((label) => !/^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(label));
  if (odd !== undefined) {
    const hint = "Write letters, digits, underscores and, in between, dashes";
    return fault(`Label "${odd}" of name "${text}" is none that DNS names have`, hint);
  }
  // What programs take for an IPv4 address, by the URL Standard and inet_aton().
  if (/^([0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) {
    const hint = "Write an address in full, like 127.0.0.1, or the whole name";
    return fault(`Name "${text}" ends in a number, as no name does`, hint);
  }
  return null;
}

/** Lower-case ASCII; null where IDNA has none. */
function asciiOf(text: string): string | null {
  const lower = text.toLowerCase();
  if (isAscii(text) && !/(^|\.)xn--/.test(lower)) return lower;
  // What has a meaning in a URL must not get there.
  if (/[^\w.\-\u0080-\u{10ffff}]/u.test(text)) return null;
  return URL.canParse(`http://${text}`) ? new URL(`http://${text}`).hostname : null;
}

function isAscii(text: string): boolean {
  return [...text].every((character) => character <= "\u007f");
}

function fault(message: string, hint: string): Fault {
  return { code: "RF_POLICY_DOMAIN", message, hint };
}
