import { type Profile, RingfenceError, type VerdictDirection } from "@ringfence/model";
import { buildV4Table, buildV6Table } from "./address-tables.js";
import { BitVector } from "./bit-vector.js";
import { conjunctionsOf, segmentsOf } from "./bits.js";
import { collectCgroupConditions } from "./cgroup-conditions.js";
import { type CgroupWorkload, cgroupRows } from "./cgroup-table.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { CompileContext } from "./context.js";
import { buildCommTable, buildIdTable } from "./identity-tables.js";
import { buildIntervalIndex } from "./interval-index.js";
import { buildNameTables } from "./name-tables.js";
import { buildPathTables } from "./path-tables.js";
import { buildPortlessRow, buildPortTable } from "./port-tables.js";
import { revisionOf } from "./revision.js";
import { RowStore } from "./row-store.js";

const bitsPerBlock = 2048;
/** Rows that a small policy needs; a large one has about one per rule in the address and port tables each. */
const firstRows = 64;

/** What the tables depend on beside the profiles. */
export interface CompileOptions {
  /** Containers and units that run, and new cgroups of which nobody knows whose they are. */
  readonly workloads: readonly CgroupWorkload[];
}

/**
 * Turns profiles, in their order, into the kernel's tables. Throws RF_POLICY_LIMIT when they do not fit,
 * and RF_POLICY_DUPLICATE_NAME when two share a name, as profiles of different files may.
 * Profiles with mode off leave no trace.
 */
export function compile(profiles: readonly Profile[], options: CompileOptions): CompiledPolicy {
  refuseSharedNames(profiles);
  const conjunctions = conjunctionsOf(profiles);
  const blockCount = Math.max(1, Math.ceil(conjunctions.length / bitsPerBlock));
  const wordCount = (blockCount * bitsPerBlock) / 32;
  const rows = new RowStore(wordCount, firstRows + 2 * conjunctions.length);
  const context = new CompileContext(conjunctions, rows, wordCount);
  context.rowWhere(() => true);
  // Without any bit, "none set" equals "all set" and must still be a row of its own.
  if (conjunctions.length === 0) rows.append(new BitVector(wordCount));
  else context.rowWhere(() => false);
  const paths = buildPathTables(context);
  const v4 = buildV4Table(context);
  const tables = {
    bits: conjunctions.map(({ ref }) => ref),
    segments: segmentsOf(conjunctions),
    blockCount,
    enforcedRow: context.rowWhere(({ ref }) => !ref.audit),
    unattendedRow: context.rowWhere(({ ref }) => !ref.audit && ref.endsUnattended !== true),
    directionRows: {
      egress: directionRow(context, "egress"),
      ingress: directionRow(context, "ingress"),
      listen: directionRow(context, "listen"),
      unattributed: directionRow(context, "unattributed"),
      query: directionRow(context, "query"),
    },
    ...paths,
    comm: buildCommTable(context),
    uid: buildIdTable(context, "uid"),
    gid: buildIdTable(context, "gid"),
    v4,
    v4Index: buildIntervalIndex(v4),
    v6: buildV6Table(context),
    names: buildNameTables(context, profiles),
    tcp: buildPortTable(context, "tcp"),
    udp: buildPortTable(context, "udp"),
    sctp: buildPortTable(context, "sctp"),
    icmpRow: buildPortlessRow(context, "icmp"),
    otherRow: buildPortlessRow(context, "other"),
  };
  const { conditions, asked } = collectCgroupConditions(conjunctions, wordCount);
  const revision = revisionOf(tables, rows.hashes, asked);
  // last, and shared with none before: they alone change with what runs on this host
  const firstRow = rows.count;
  const { store, ...cgroup } = cgroupRows(conditions, { workloads: options.workloads }, firstRow);
  rows.appendAll(store);
  return {
    revision,
    ...tables,
    cgroup: { asked: asked.length > 0, firstRow, ...cgroup },
    cgroupConditions: conditions,
    rows: rows.toBytes(),
    summaries: rows.summariesToBytes(),
    rowCount: rows.count,
  };
}

function directionRow(context: CompileContext, wanted: VerdictDirection): number {
  return context.rowWhere(({ direction }) => direction === wanted);
}

function refuseSharedNames(profiles: readonly Profile[]): void {
  const names = new Set<string>();
  for (const { name, location } of profiles) {
    if (names.has(name)) {
      const options = { hint: "Rename one of them: verdicts name the profile that decided", location };
      throw new RingfenceError("RF_POLICY_DUPLICATE_NAME", `Profile name "${name}" occurs twice`, options);
    }
    names.add(name);
  }
}
