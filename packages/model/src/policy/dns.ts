import type { Address } from "../address/address.js";
import type { SourceLocation } from "../errors/source-location.js";
import type { Peer } from "./destination.js";

/** What a profile says about DNS, beside the names in its rules. */
export interface Dns {
  /**
   * Whether a query is refused for a name that the process may not reach. Null when the file does not say: then it
   * is refused in a profile that denies by default and allows names.
   */
  readonly queries: "enforce" | "allow" | null;
  /** Refuses port 853, and these public resolvers but for their port 53; null when nothing is said of them. */
  readonly encrypted: readonly Peer[] | null;
  /** Whose answers count, and who may be asked; null for those that the host uses. */
  readonly resolvers: readonly Address[] | null;
  /** Domains behind which the host looks for an allowed name as well: it may be asked for there, and not reached. */
  readonly search?: readonly string[];
  readonly location?: SourceLocation;
}

/** How long names hold. */
export interface NameTimes {
  /** For so long after its TTL an address is still good for its name, for new flows. */
  readonly graceSeconds: number;
  readonly location?: SourceLocation;
}
