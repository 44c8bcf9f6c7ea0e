import { readFileSync } from "node:fs";

/**
 * The domains with which the C library completes names, in lower case and without the trailing dot, as resolv.conf(5) has it:
 * its last `search` or `domain` counts.
 */
export function parseSearchList(text: string): readonly string[] {
  let domains: readonly string[] = [];
  for (const line of text.split("\n")) {
    const [key, ...words] = line.trim().split(/\s+/);
    if (key === "search" || key === "domain")
      domains = words.map((word) => word.toLowerCase().replace(/\.$/, ""));
  }
  return domains.filter((domain) => domain !== "");
}

/** Those of this host; empty where it has none. */
export function searchList(): readonly string[] {
  try {
    return parseSearchList(readFileSync("/etc/resolv.conf", "utf8"));
  } catch {
    return [];
  }
}
