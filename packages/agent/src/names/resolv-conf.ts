import { type Address, parseAddress } from "@ringfence/model";

/** The name servers of a resolv.conf(5), in its order; without a zone, and without lines that are no addresses. */
export function parseResolvConf(text: string): Address[] {
  return text.split("\n").flatMap((line) => {
    const [, word = ""] = /^\s*nameserver\s+([^\s%]+)/.exec(line) ?? [];
    return parseAddress(word) ?? [];
  });
}
