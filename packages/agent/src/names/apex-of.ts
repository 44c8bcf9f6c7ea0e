import { getDomain } from "tldts";

const options = { allowPrivateDomains: true, extractHostname: false, validateHostname: false } as const;

/**
 * The part of a name that somebody registered: `example.co.uk` for `a.b.example.co.uk`. By the Public Suffix List, with the
 * suffixes below which companies let others register (`github.io`). A name that is no more than a suffix is its own
 * apex. A file of its own, to be loaded when it is needed: the list takes 12 MB.
 */
export function apexOf(name: string): string {
  return getDomain(name, options) ?? name;
}
