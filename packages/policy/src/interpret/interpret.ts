import { normalizeDestination, unmapAddress } from "@ringfence/model";
import type { AncestorDimension, CompiledPolicy } from "../compile/compiled-policy.js";
import type { FlowFacts, PathFact, ProcessFacts } from "../evaluate/facts.js";
import { hasPorts } from "../evaluate/has-ports.js";
import { parentNames } from "../names/parent-names.js";
import { combineVerdicts, type Evaluation, type Verdict } from "../verdict.js";
import { lookUpIndexed, lookUpInterval, lookUpWide } from "./look-up.js";
import { runAutomaton } from "./run-automaton.js";

/**
 * Judges one flow from the tables alone, step by step as the kernel does. Of `process.container` only is looked at
 * whether the cgroup is new, as the kernel knows: the cgroup table knows the containers.
 */
export function interpret(compiled: CompiledPolicy, process: ProcessFacts, flow: FlowFacts): Evaluation {
  const { direction = "egress", names = [] } = flow;
  const processPart = direction === "unattributed" ? [] : processRows(compiled, process);
  const rows = [compiled.directionRows[direction], ...processPart, serviceRow(compiled, flow)];
  const matched = rows.map((row) => rowBits(compiled, row));
  const { ancestors } = direction === "unattributed" ? { ancestors: [] } : process;
  for (const vector of ancestorVectors(compiled, ancestors)) matched.push(vector);
  const peer = rowBits(compiled, peerRow(compiled, flow));
  const answers = (names.length === 0 ? [null] : names).map((name) => {
    const named = name === null ? peer : or([peer, rowBits(compiled, nameRow(compiled, name))]);
    const all = and([...matched, named]);
    const enforced = and([all, rowBits(compiled, compiled.enforcedRow)]);
    const as = name === null ? {} : { name };
    return {
      enforced: { ...verdictOf(compiled, enforced), ...as },
      shadow: { ...verdictOf(compiled, all), ...as },
    };
  });
  return combineVerdicts(
    bestOf(answers.map(({ enforced }) => enforced)),
    bestOf(answers.map(({ shadow }) => shadow)),
  );
}

/** The first name that is allowed decides, else the first. */
function bestOf(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find(({ action }) => action === "allow") ?? verdicts[0] ?? { action: "allow", rule: null };
}

function processRows(compiled: CompiledPolicy, process: ProcessFacts): readonly number[] {
  return [
    exeRow(compiled, process.exe),
    compiled.comm.entries.find(({ comm }) => comm === process.comm)?.row ?? compiled.comm.otherRow,
    lookUpInterval(compiled.uid, process.uid),
    lookUpInterval(compiled.gid, process.gid),
    cgroupRow(compiled, process),
  ];
}

function exeRow({ exe }: CompiledPolicy, fact: PathFact | null): number {
  if (fact === null) return exe.unknownRow;
  if (exe.automaton === null) return 0;
  const accept = runAutomaton(exe.automaton, fact.path);
  return fact.trusted ? accept.trustedRow : accept.untrustedRow;
}

function cgroupRow({ cgroup }: CompiledPolicy, { cgroup: path, container }: ProcessFacts): number {
  const found = selfAndAbove(path).flatMap(
    (at) => cgroup.entries.find((entry) => entry.path === at) ?? [],
  )[0];
  if (container !== "pending") return found?.row ?? cgroup.otherRow;
  return found?.newRow ?? cgroup.otherNewRow;
}

function selfAndAbove(path: string): readonly string[] {
  const above: string[] = [];
  for (let at = path; at !== "" && at !== "/"; at = at.slice(0, at.lastIndexOf("/"))) above.push(at);
  return [...above, "/"];
}

function peerRow(compiled: CompiledPolicy, { direction, address: named }: FlowFacts): number {
  if (direction === "query") return compiled.names.anywhereRow;
  const address = direction === "ingress" ? unmapAddress(named) : normalizeDestination(named);
  return address.family === 4
    ? lookUpIndexed(compiled.v4, compiled.v4Index, Number(address.value))
    : lookUpWide(compiled.v6, address.value);
}

/** Row 0, which has all bits, for a query: its rules have no ports. */
function serviceRow(compiled: CompiledPolicy, { direction, protocol, port }: FlowFacts): number {
  if (direction === "query") return 0;
  if (hasPorts(protocol)) return lookUpInterval(compiled[protocol], port ?? 0);
  return protocol === "icmp" ? compiled.icmpRow : compiled.otherRow;
}

/** The row of the name's own entry, else of the nearest wildcard above it. */
function nameRow({ names }: CompiledPolicy, name: string): number {
  const rowOf = (wanted: string, wildcard: boolean) =>
    names.entries.find((entry) => entry.name === wanted && entry.wildcard === wildcard)?.row;
  const own = rowOf(name, false);
  if (own !== undefined) return own;
  for (const parent of parentNames(name)) {
    const row = rowOf(parent, true);
    if (row !== undefined) return row;
  }
  return 1;
}

function ancestorVectors(
  compiled: CompiledPolicy,
  ancestors: ProcessFacts["ancestors"],
): readonly Uint32Array[] {
  let trustedBits = 0n;
  let untrustedBits = 0n;
  for (const ancestor of ancestors) {
    const bits = ancestorBits(compiled, ancestor);
    const trusted = ancestor?.trusted === true;
    if (trusted) trustedBits |= bits;
    else untrustedBits |= bits;
  }
  const vectorOf = (dimension: AncestorDimension) =>
    or([
      rowBits(compiled, dimension.noneRow),
      ...setBits(trustedBits).map((id) => rowBits(compiled, dimension.rows[id] ?? 1)),
      ...setBits(untrustedBits).map((id) => rowBits(compiled, dimension.denyRows[id] ?? 1)),
    ]);
  return [vectorOf(compiled.ancestors.subject), vectorOf(compiled.ancestors.rule)];
}

function setBits(bits: bigint): readonly number[] {
  return Array.from({ length: 64 }, (_, id) => id).filter((id) => ((bits >> BigInt(id)) & 1n) === 1n);
}

/** A row as the kernel sees it: a block that the summary leaves out is never looked at. */
function rowBits({ rows, summaries, blockCount }: CompiledPolicy, row: number): Uint32Array {
  const length = blockCount * 64;
  const bits = new Uint32Array(rows.buffer, rows.byteOffset + row * length * 4, length);
  const summary = new Uint32Array(summaries.buffer, summaries.byteOffset + row * 8, 2);
  return bits.map((word, i) => (((summary[i >>> 11] ?? 0) >>> ((i >>> 6) & 31)) & 1 ? word : 0));
}

function and(vectors: readonly Uint32Array[]): Uint32Array {
  return vectors.reduce((all, vector) => all.map((word, i) => word & (vector[i] ?? 0)));
}

function or(vectors: readonly Uint32Array[]): Uint32Array {
  return vectors.reduce((some, vector) => some.map((word, i) => word | (vector[i] ?? 0)));
}

function verdictOf(compiled: CompiledPolicy, matched: Uint32Array): Verdict {
  const index = matched.findIndex((word) => word !== 0);
  if (index < 0) return { action: "allow", rule: null };
  const word = matched[index] ?? 0;
  const bit = index * 32 + 31 - Math.clz32(word & -word);
  const rule = compiled.bits[bit];
  return rule === undefined ? { action: "allow", rule: null } : { action: rule.action, rule };
}

/** Patterns that an ancestor counts for; an unknown one for all, which only denies heed. */
function ancestorBits({ exe, ancestors }: CompiledPolicy, ancestor: PathFact | null): bigint {
  if (ancestor === null) return (1n << BigInt(ancestors.count)) - 1n;
  return exe.automaton === null ? 0n : runAutomaton(exe.automaton, ancestor.path).ancestorBits;
}
