import type { BtfEnumerator, BtfMember, BtfType } from "./btf-type.js";

const BTF_MAGIC = 0xeb9f;
const INT_SIGNED = 1;
const INT_BOOL = 4;
/** clang before 15 does not mark signed enums: what a small negative number looks like is taken for one. */
const FIRST_NEGATIVE = 0xffff0000;

/** What the reader of one type needs: the record's position, its common words and the strings. */
interface Source {
  readonly view: DataView;
  /** first byte after the three common words */
  readonly at: number;
  readonly name: string;
  readonly vlen: number;
  readonly flag: boolean;
  /** size or type, by kind */
  readonly word: number;
  readonly text: (offset: number) => string;
}

interface KindReader {
  /** bytes after the common words */
  readonly extra: (vlen: number) => number;
  readonly read: (source: Source) => BtfType;
}

const none = () => 0;
const alias: KindReader = { extra: none, read: ({ name, word }) => ({ kind: "alias", name, type: word }) };
const other = (extra: (vlen: number) => number): KindReader => ({
  extra,
  read: ({ name }) => ({ kind: "other", name }),
});
const record = (kind: "struct" | "union"): KindReader => ({
  extra: (vlen) => vlen * 12,
  read: (source) => ({ kind, name: source.name, size: source.word, members: members(source) }),
});

/** Kind numbers of linux/btf.h. */
const kinds: Readonly<Record<number, KindReader>> = {
  1: { extra: () => 4, read: int },
  2: { extra: none, read: ({ name, word }) => ({ kind: "pointer", name, type: word }) },
  3: { extra: () => 12, read: array },
  4: record("struct"),
  5: record("union"),
  6: { extra: (vlen) => vlen * 8, read: enum32 },
  7: other(none),
  8: alias,
  9: alias,
  10: alias,
  11: alias,
  12: { extra: none, read: ({ name }) => ({ kind: "function", name }) },
  13: other((vlen) => vlen * 8),
  14: other(() => 4),
  15: other((vlen) => vlen * 12),
  16: other(none),
  17: other(() => 4),
  18: alias,
  19: { extra: (vlen) => vlen * 12, read: enum64 },
};

/** Parses BTF (Documentation/bpf/btf.rst); the result's index is the type id, 0 being void. */
export function parseBtf(bytes: Uint8Array): readonly BtfType[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 24 || view.getUint16(0, true) !== BTF_MAGIC) {
    throw new Error("Cannot parse BTF: the magic number 0xeb9f is missing at the start");
  }
  const header = view.getUint32(4, true);
  const start = header + view.getUint32(8, true);
  const end = start + view.getUint32(12, true);
  const strings = header + view.getUint32(16, true);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (offset: number) => {
    const from = strings + offset;
    return buffer.toString("latin1", from, buffer.indexOf(0, from));
  };
  const types: BtfType[] = [{ kind: "other", name: "void" }];
  for (let at = start; at < end; ) {
    const info = view.getUint32(at + 4, true);
    const kind = (info >>> 24) & 0x1f;
    const reader = kinds[kind];
    if (reader === undefined) {
      throw new Error(`Cannot parse BTF: type ${types.length} has the unknown kind ${kind}`);
    }
    const vlen = info & 0xffff;
    const name = text(view.getUint32(at, true));
    const word = view.getUint32(at + 8, true);
    types.push(reader.read({ view, at: at + 12, name, vlen, flag: info >>> 31 === 1, word, text }));
    at += 12 + reader.extra(vlen);
  }
  return types;
}

function int({ view, at, name, word }: Source): BtfType {
  const encoding = (view.getUint32(at, true) >>> 24) & 0xf;
  return {
    kind: "int",
    name,
    size: word,
    signed: (encoding & INT_SIGNED) !== 0,
    bool: (encoding & INT_BOOL) !== 0,
  };
}

function array({ view, at, name }: Source): BtfType {
  return { kind: "array", name, type: view.getUint32(at, true), length: view.getUint32(at + 8, true) };
}

function members({ view, at, vlen, flag, text }: Source): BtfMember[] {
  return Array.from({ length: vlen }, (_, index) => {
    const from = at + index * 12;
    const offset = view.getUint32(from + 8, true);
    return {
      name: text(view.getUint32(from, true)),
      type: view.getUint32(from + 4, true),
      bitOffset: flag ? offset & 0xffffff : offset,
      bitSize: flag ? offset >>> 24 : 0,
    };
  });
}

function enum32({ view, at, name, vlen, flag, word, text }: Source): BtfType {
  const values = Array.from({ length: vlen }, (_, index): BtfEnumerator => {
    const from = at + index * 8;
    const bits = view.getUint32(from + 4, true);
    const value = flag || bits >= FIRST_NEGATIVE ? bits | 0 : bits;
    return { name: text(view.getUint32(from, true)), value: BigInt(value) };
  });
  return { kind: "enum", name, size: word, signed: values.some(({ value }) => value < 0n), values };
}

function enum64({ view, at, name, vlen, flag, word, text }: Source): BtfType {
  const values = Array.from({ length: vlen }, (_, index): BtfEnumerator => {
    const from = at + index * 12;
    const bits = view.getBigUint64(from + 4, true);
    return { name: text(view.getUint32(from, true)), value: flag ? BigInt.asIntN(64, bits) : bits };
  });
  return { kind: "enum", name, size: word, signed: flag, values };
}
