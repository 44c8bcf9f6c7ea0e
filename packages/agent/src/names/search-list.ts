import { readFileSync } from "node:fs";

/** How the C library completes a name before it asks for it as it stands. */
export interface SearchList {
  /** In lower case, without the trailing dot. */
  readonly domains: readonly string[];
  /** A name with fewer dots is completed first. */
  readonly dots: number;
}

/** What resolv.conf(5) says of it: its last `search` or `domain` counts, and its last `ndots`. */
export function parseSearchList(text: string): SearchList {
  let domains: readonly string[] = [];
  let dots = 1;
  for (const line of text.split("\n")) {
    const [key, ...words] = line.trim().split(/\s+/);
    if (key === "search" || key === "domain")
      domains = words.map((word) => word.toLowerCase().replace(/\.$/, ""));
    if (key !== "options") continue;
    for (const word of words) dots = Number(/^ndots:([0-9]+)$/.exec(word)?.[1] ?? dots);
  }
  return { domains: domains.filter((domain) => domain !== ""), dots };
}

/** That of this host; empty where it has none. */
export function searchList(): SearchList {
  try {
    return parseSearchList(readFileSync("/etc/resolv.conf", "utf8"));
  } catch {
    return { domains: [], dots: 1 };
  }
}
