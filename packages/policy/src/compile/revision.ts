import { formatAddress } from "@ringfence/model";
import type { CompiledPolicy } from "./compiled-policy.js";

/**
 * A 64-bit fingerprint of the tables in hex: two interleaved 32-bit lanes in the manner of FNV-1a (Fowler, Noll,
 * Vo) over words. Rows enter by their content hashes: they are most of a policy's bytes. It tells policies apart
 * for people and logs; it is no protection against forgery.
 */
export function revisionOf(
  policy: Omit<
    CompiledPolicy,
    "revision" | "cgroup" | "cgroupConditions" | "rows" | "summaries" | "rowCount"
  >,
  rowHashes: Float64Array,
  cgroupConditions: readonly unknown[],
): string {
  const hash = new WordHash();
  for (const rowHash of rowHashes) hash.number(rowHash);
  const { automaton, unknownRow } = policy.exe;
  for (const { ruleId, action, audit } of policy.bits) {
    hash.text(ruleId);
    hash.word((action === "deny" ? 2 : 0) + (audit ? 1 : 0));
  }
  hash.text(
    JSON.stringify([
      [
        policy.blockCount,
        policy.enforcedRow,
        policy.unattendedRow,
        unknownRow,
        policy.icmpRow,
        policy.otherRow,
      ],
      policy.directionRows,
      policy.ancestors,
      policy.comm,
      // in the shape that it had when the cgroups of the host were part of it
      { otherRow: 0, entries: cgroupConditions },
      { ...policy.names, resolvers: policy.names.resolvers.map(formatAddress) },
    ]),
  );
  for (const table of [policy.uid, policy.gid, policy.v4, policy.tcp, policy.udp, policy.sctp]) {
    hash.words(table.starts);
    hash.words(table.rows);
  }
  for (const word of policy.v6.starts) hash.word(word);
  hash.words(policy.v6.rows);
  if (automaton !== null) {
    hash.words(Uint32Array.from(automaton.byteClass));
    hash.words(automaton.transitions);
    hash.text(JSON.stringify(automaton.accepts.map((accept) => [...Object.values(accept)].join())));
  }
  return hash.hex();
}

class WordHash {
  #a = 0x811c9dc5;
  #b = 0x2f0b4c47;

  word(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x01000193);
    // The second lane also rotates, so that it is no function of the first.
    const mixed = Math.imul(this.#b ^ value, 0x85ebca6b);
    this.#b = (mixed << 13) | (mixed >>> 19);
  }

  /** A whole number below 2^53. */
  number(value: number): void {
    this.word(value / 2 ** 32);
    this.word(value);
  }

  words(values: Uint32Array): void {
    this.word(values.length);
    for (let i = 0; i < values.length; i++) this.word(values[i] ?? 0);
  }

  text(value: string): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  hex(): string {
    return [this.#a, this.#b].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
