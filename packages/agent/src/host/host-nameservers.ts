import { readFileSync } from "node:fs";
import { type Address, parseAddress } from "@ringfence/model";

/** The resolvers that programs of this host ask, as /etc/resolv.conf has them; none if there is no such file. */
export function hostNameservers(path = "/etc/resolv.conf"): readonly Address[] {
  try {
    return parseNameservers(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** The addresses of the `nameserver` lines of a resolv.conf; a zone behind an address is left out. */
export function parseNameservers(text: string): readonly Address[] {
  return text.split("\n").flatMap((line) => {
    const [, word] = /^nameserver\s+([^\s%]+)/.exec(line) ?? [];
    return (word === undefined ? null : parseAddress(word)) ?? [];
  });
}
