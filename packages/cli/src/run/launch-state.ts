import { readFileSync } from "node:fs";

/** What the caller gave us and Node changes at its start; `bin/ringfence` noted it before. */
export interface LaunchState {
  /** signals ignored at our start; signal n is bit n-1 */
  readonly ignoredSignals: bigint;
  readonly blockedSignals: bigint;
  /** soft limit of open files; null means unlimited or unknown */
  readonly openFiles: number | null;
  /** status flags of descriptors 0 to 2, "closed" when there was none, null when unknown */
  readonly descriptors: readonly (number | "closed" | null)[];
  /** descriptors that were open at our start, and so are not Node's own */
  readonly openDescriptors: readonly number[];
  /** "NAME=value" each, exact bytes */
  readonly environment: readonly Buffer[];
}

const VARIABLE = "RINGFENCE_LAUNCH=";
const KEPT = "RINGFENCE_KEEP_";

/** Parses the note and takes our own variables out of the environment. */
export function parseLaunchState(environ: readonly Buffer[]): LaunchState {
  const note = environ.find((entry) => entry.toString("latin1").startsWith(VARIABLE));
  const fields = new Map(
    (note?.toString("latin1").slice(VARIABLE.length) ?? "")
      .split(" ")
      .filter(Boolean)
      .map((field) => field.split("=", 2) as [string, string]),
  );
  const openFiles = Number(fields.get("nofile"));
  return {
    ignoredSignals: BigInt(`0x${fields.get("SigIgn") ?? "0"}`),
    blockedSignals: BigInt(`0x${fields.get("SigBlk") ?? "0"}`),
    openFiles: Number.isInteger(openFiles) && openFiles > 0 ? openFiles : null,
    descriptors: [0, 1, 2].map((fd) => descriptorOf(fields.get(`fd${fd}`))),
    openDescriptors: (fields.get("open") ?? "0,1,2").split(",").filter(Boolean).map(Number),
    environment: environ.filter((entry) => entry !== note).map(withoutPrefix),
  };
}

/** The same from this process's own environment, as bytes: names and values need not be UTF-8. */
export function readLaunchState(): LaunchState {
  return parseLaunchState(splitNul(readFileSync("/proc/self/environ")));
}

/** Arguments of this process after node and the script, as bytes. */
export function readRawArguments(): Buffer[] {
  return splitNul(readFileSync("/proc/self/cmdline")).slice(2);
}

/** Splits strings that each end with NUL. */
export function splitNul(bytes: Buffer): Buffer[] {
  const strings: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
    strings.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return strings;
}

function descriptorOf(text: string | undefined): number | "closed" | null {
  if (text === undefined) return null;
  return text === "closed" ? "closed" : Number.parseInt(text, 8);
}

function withoutPrefix(entry: Buffer): Buffer {
  return entry.toString("latin1").startsWith(KEPT) ? entry.subarray(KEPT.length) : entry;
}
