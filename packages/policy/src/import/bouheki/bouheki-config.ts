import type { Address, NamePattern, NumberRange, Prefix, SourceLocation } from "@ringfence/model";
import type { Placed } from "../placed.js";

/** What is let through, and what is not. */
export interface AllowDeny<T> {
  /** Null when the file does not say. An empty list is no limit, except for CIDRs, of which it allows none. */
  readonly allow: readonly Placed<T>[] | null;
  readonly deny: readonly Placed<T>[];
}

/** What a bouheki file says about the network, all defaults put in but those of `allow`. */
export interface BouhekiConfig {
  readonly enable: boolean;
  readonly mode: "monitor" | "block";
  readonly target: "host" | "container";
  readonly cidr: AllowDeny<Prefix>;
  readonly domain: AllowDeny<NamePattern>;
  readonly command: AllowDeny<string>;
  readonly uid: AllowDeny<NumberRange>;
  readonly gid: AllowDeny<NumberRange>;
  /** Where the DNS proxy would ask; null without one. */
  readonly upstreams: readonly Address[] | null;
  /** Places of the keys of `network`, as far as they are written. */
  readonly places: ReadonlyMap<string, SourceLocation>;
}
