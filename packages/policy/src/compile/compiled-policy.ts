import type { Address, VerdictDirection } from "@ringfence/model";
import type { RuleRef } from "../verdict.js";
import type { Automaton } from "./automaton/automaton.js";
import type { CgroupConditions } from "./cgroup-conditions.js";

/** What a bit of a vector stands for: one conjunction of a rule, or one subject item of a default. */
export type CompiledBit = RuleRef;

/** Maps a number to a row: value v belongs to the last start that is not above v. The first start is 0. */
export interface IntervalTable {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

/**
 * A first level above an interval table: `positions[b]` is the interval that holds value b * 2^shift, and the interval
 * of a value in that bucket lies between it and the next bucket's, both included. Empty for a table so small that the
 * search alone is faster; the shift is then 32.
 */
export interface IntervalIndex {
  readonly shift: number;
  readonly positions: Uint32Array;
}

/** The same for 128-bit values: four words for each start, the most significant first. */
export interface WideIntervalTable {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

/** One ancestor list per bit; the vector is `noneRow` OR the row of each pattern that an ancestor matches. */
export interface AncestorDimension {
  /** Bits without an ancestor condition. */
  readonly noneRow: number;
  /** By pattern id: the bits that list the pattern, and those of `noneRow`. */
  readonly rows: readonly number[];
  /** The same for an ancestor whose path is not trusted: allow rules that list the pattern are missing. */
  readonly denyRows: readonly number[];
}

export interface AncestorTables {
  /** Distinct patterns, at most 64; pattern id i is bit i of an automaton state's `ancestorBits`. */
  readonly count: number;
  /** Subject and rule may both carry a list, and different ancestors may satisfy them: two vectors. */
  readonly subject: AncestorDimension;
  readonly rule: AncestorDimension;
}

/** A name that rules list, and the row for it. */
export interface NameEntry {
  readonly name: string;
  /** Stands for what is below the name, and not for the name itself. */
  readonly wildcard: boolean;
  /** The bits that list this name, or a wildcard above it, by name. */
  readonly row: number;
}

/**
 * The names of the policy. The row of a name is that of its own entry; without one, that of the wildcard entry of the
 * nearest name above it; without one, row 1. The other end's row is then the address's OR the name's. An address with
 * several live names is judged once for each, and the first that is allowed decides, else the first.
 */
export interface NameTables {
  /** A verdict can rest on a name: rules list some, or queries are judged. */
  readonly judged: boolean;
  /** Bits that are about queries: without any, all queries pass. */
  readonly queryBits: number;
  /** By name, a wildcard behind the name itself. */
  readonly entries: readonly NameEntry[];
  /** The bits that ask for no destination: the other end's row of a query, before the name's is added. */
  readonly anywhereRow: number;
  /** For so long after its TTL an address is still good for its name: the longest time that a profile gives. */
  readonly graceSeconds: number;
  /** Resolvers whose answers count: those of all profiles. */
  readonly resolvers: readonly Address[];
}

/** Ends of the runs of bits: deny rules from 0, allow rules, default denies, and default allows to the end. */
export interface Segments {
  readonly denyEnd: number;
  readonly allowEnd: number;
  readonly defaultDenyEnd: number;
}

/**
 * A policy as the tables that the kernel reads. Each dimension maps a fact to a row of bits; the AND of all rows
 * holds the conjunctions that match, and the lowest set bit decides, because bits are numbered deny rules first,
 * then allow rules, default denies and default allows, each in profile and rule order. No set bit means that the
 * process is out of scope: allowed.
 */
export interface CompiledPolicy {
  /** 16 hex digits that depend on rules and ids only, not on file names, places or what runs on this host. */
  readonly revision: string;
  /** Bit number to rule. */
  readonly bits: readonly CompiledBit[];
  readonly segments: Segments;
  /** Blocks of 2,048 bits (32 little-endian u64) in a row; at least 1. */
  readonly blockCount: number;
  readonly rowCount: number;
  /**
   * Row r, block b at byte (r * blockCount + b) * 256. Row 0 has all bits below `bits.length` set, row 1 none.
   */
  readonly rows: Uint8Array;
  /** Row r at byte r * 8: bit b is set if block b of the row has any bit. */
  readonly summaries: Uint8Array;
  /** The bits that count for the enforced verdict; the shadow verdict takes all. */
  readonly enforcedRow: number;
  /** The same while the agent is not heard of: without the denials of profiles that open then. */
  readonly unattendedRow: number;
  /** The bits of each direction: a bit belongs to one. */
  readonly directionRows: Readonly<Record<VerdictDirection, number>>;
  /** The automaton is null when no executable or ancestor pattern exists; then every path has row 0. */
  readonly exe: { readonly automaton: Automaton | null; readonly unknownRow: number };
  readonly ancestors: AncestorTables;
  readonly comm: {
    readonly otherRow: number;
    readonly entries: readonly { readonly comm: string; readonly row: number }[];
  };
  readonly uid: IntervalTable;
  readonly gid: IntervalTable;
  /**
   * The deepest entry that is the cgroup of the process, or above it, decides: by `row`, or by `newRow` for a process whose
   * own cgroup is new, and nobody has classified it. Holds the conditions host, container and unit too.
   */
  readonly cgroup: {
    /** Some condition asks for a cgroup, unit, container or the host: what runs where makes a difference. */
    readonly asked: boolean;
    /** Rows from here on are of this table alone. */
    readonly firstRow: number;
    readonly otherRow: number;
    readonly otherNewRow: number;
    readonly entries: readonly {
      readonly path: string;
      /** The kernel's number of the workload's cgroup, where the entry is about one. */
      readonly id?: bigint;
      readonly row: number;
      readonly newRow: number;
    }[];
    /** What holds in cgroups of such a path from when they are made on: those that conditions name, and units'. */
    readonly expected: readonly { readonly path: string; readonly row: number; readonly newRow: number }[];
    /** Paths of units that conditions match: those that are there, then those that were. */
    readonly matched: readonly string[];
    /** What holds for those that went. */
    readonly gone: readonly { readonly id: bigint; readonly row: number; readonly newRow: number }[];
  };
  /** From this the table is made anew for other cgroups. */
  readonly cgroupConditions: CgroupConditions;
  /** The other end, whichever way the flow goes. */
  readonly v4: IntervalTable;
  /** Where a search in `v4` begins. */
  readonly v4Index: IntervalIndex;
  /** Knows the IPv4 rules in 64:ff9b::/96 as well. */
  readonly v6: WideIntervalTable;
  /** What adds to `v4` and `v6` for an address that has a name, and stands for them in a query. */
  readonly names: NameTables;
  /** Protocol and port together; the values are port numbers: the other end's for egress, else this machine's. */
  readonly tcp: IntervalTable;
  readonly udp: IntervalTable;
  readonly sctp: IntervalTable;
  readonly icmpRow: number;
  readonly otherRow: number;
}
