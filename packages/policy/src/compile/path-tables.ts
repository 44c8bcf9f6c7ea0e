import type { SourceLocation } from "@ringfence/model";
import type { AcceptRows, Automaton } from "./automaton/automaton.js";
import { buildDfa } from "./automaton/build-dfa.js";
import type { AncestorDimension, AncestorTables, CompiledPolicy } from "./compiled-policy.js";
import type { CompileContext } from "./context.js";
import { groupsByValue } from "./groups-by-value.js";
import { limitError, limits } from "./limits.js";

/** The tables over executable paths: the automaton for all patterns, and the two ancestor dimensions. */
export function buildPathTables(context: CompileContext): {
  readonly exe: CompiledPolicy["exe"];
  readonly ancestors: AncestorTables;
} {
  const ancestorIds = numberAncestorPatterns(context);
  const ancestors = {
    count: ancestorIds.size,
    subject: ancestorDimension(context, "subject", ancestorIds),
    rule: ancestorDimension(context, "process", ancestorIds),
  };
  return { exe: buildExe(context, ancestorIds), ancestors };
}

function numberAncestorPatterns(context: CompileContext): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  let location: SourceLocation | undefined;
  for (const { ref, subject, process } of context.bits) {
    for (const pattern of [...(subject.ancestor ?? []), ...(process.ancestor ?? [])]) {
      if (ids.has(pattern)) continue;
      if (ids.size === limits.ancestorPatterns) location = ref.location;
      ids.set(pattern, ids.size);
    }
  }
  if (ids.size > limits.ancestorPatterns) {
    const hint = "Merge ancestor patterns with * or **";
    throw limitError("distinct ancestor patterns", ids.size, limits.ancestorPatterns, hint, location);
  }
  return ids;
}

function ancestorDimension(
  context: CompileContext,
  side: "subject" | "process",
  ids: ReadonlyMap<string, number>,
): AncestorDimension {
  const believing = context.dimension<readonly string[]>();
  const doubting = context.dimension<readonly string[]>();
  context.bits.forEach((conjunction, bit) => {
    const patterns = conjunction[side].ancestor;
    believing.require(bit, patterns);
    if (conjunction.isAllowRule && patterns !== undefined) doubting.exclude(bit);
    else doubting.require(bit, patterns);
  });
  const rowsOf = (dimension: typeof believing) => {
    const groupsOf = groupsByValue(dimension.lists);
    dimension.begin();
    return [...ids.keys()].map((pattern) => context.rowOfGroups(dimension, groupsOf.get(pattern) ?? []));
  };
  const noneRow = context.rowWhere((conjunction) => conjunction[side].ancestor === undefined);
  return { noneRow, rows: rowsOf(believing), denyRows: rowsOf(doubting) };
}

function buildExe(context: CompileContext, ancestorIds: ReadonlyMap<string, number>): CompiledPolicy["exe"] {
  const trusted = context.dimension<readonly string[]>();
  const untrusted = context.dimension<readonly string[]>();
  let location: SourceLocation | undefined;
  context.bits.forEach(({ ref, subject, process, isAllowRule }, bit) => {
    trusted.require(bit, subject.exe);
    trusted.require(bit, process.exe);
    untrusted.require(bit, subject.exe);
    untrusted.require(bit, process.exe);
    if (isAllowRule && trusted.constrains(bit)) untrusted.exclude(bit);
    if (trusted.constrains(bit)) location ??= ref.location;
  });
  // Groups are numbered in order of appearance, which is the same in both dimensions.
  const groupsOf = groupsByValue(trusted.lists);
  const patterns = [...new Set([...groupsOf.keys(), ...ancestorIds.keys()])];
  const unknownRow = context.rowWhere(
    ({ subject, process, isAllowRule }) =>
      !isAllowRule || (subject.exe === undefined && process.exe === undefined),
  );
  if (patterns.length === 0) return { automaton: null, unknownRow };
  trusted.begin();
  untrusted.begin();
  const { matches, ...table } = buildDfa(patterns, location);
  const known = new Map<string, AcceptRows>();
  const accepts = matches.map((matching) => {
    const key = matching.join();
    let rows = known.get(key);
    if (rows === undefined) {
      const texts = matching.map((index) => patterns[index] ?? "");
      const groups = texts.flatMap((text) => groupsOf.get(text) ?? []);
      rows = {
        trustedRow: context.rowOfGroups(trusted, groups),
        untrustedRow: context.rowOfGroups(untrusted, groups),
        ancestorBits: texts.reduce((bits, text) => bits | ancestorBit(ancestorIds.get(text)), 0n),
      };
      known.set(key, rows);
    }
    return rows;
  });
  const automaton: Automaton = { ...table, accepts };
  return { automaton, unknownRow };
}

function ancestorBit(id: number | undefined): bigint {
  return id === undefined ? 0n : 1n << BigInt(id);
}
