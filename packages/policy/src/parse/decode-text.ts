import { RingfenceError } from "@ringfence/model";

/** Bytes that a policy may have; one of 100,000 prefixes has about 2 MB. */
export const largestPolicyFile = 32 * 2 ** 20;
/** Most rules there can be, with sixteen lines each; an empty line costs the parser as much as any. */
const mostLines = 2 ** 20;
const lineFeed = 0x0a;

/** The text of a policy file, or the located error why it cannot be read as one. */
export function decodeText(input: string | Uint8Array, file: string): string | RingfenceError {
  if (input.length > largestPolicyFile) {
    return new RingfenceError(
      "RF_POLICY_TOO_LARGE",
      `The policy has over ${largestPolicyFile / 2 ** 20} MiB`,
      {
        hint: "Split it, or replace long lists by wider prefixes",
        location: { file, line: 1, column: 1 },
      },
    );
  }
  const text = typeof input === "string" ? input : decode(input);
  if (text !== null) return hasTooManyLines(text) ? tooManyLines(file) : text;
  return new RingfenceError("RF_POLICY_ENCODING", "The policy is not valid UTF-8", {
    hint: "Save the file as UTF-8",
    location: { file, line: typeof input === "string" ? 1 : firstBrokenLine(input), column: 1 },
  });
}

function hasTooManyLines(text: string): boolean {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines > mostLines;
}

function tooManyLines(file: string): RingfenceError {
  return new RingfenceError("RF_POLICY_TOO_LARGE", `The policy has over ${mostLines} lines`, {
    hint: "Split it, or remove empty lines",
    location: { file, line: mostLines + 1, column: 1 },
  });
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** No character of UTF-8 spans a line feed, so each line can be tried on its own. */
function firstBrokenLine(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (let end = 0; end <= bytes.length; end++) {
    if (end < bytes.length && bytes[end] !== lineFeed) continue;
    if (decode(bytes.subarray(start, end)) === null) return line;
    start = end + 1;
    line++;
  }
  return line;
}
