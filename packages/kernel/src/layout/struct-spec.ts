/** A C integer; 64-bit kinds are bigint in TypeScript, `bool` is boolean, the others number. */
export type ScalarKind = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "u64" | "i64" | "bool";

/** An array of char or u8, seen as Uint8Array. */
export interface BytesKind {
  readonly bytes: number;
}

/** An array of anything else. */
export interface ArrayKind {
  readonly array: FieldKind;
  readonly length: number;
}

export type FieldKind = ScalarKind | BytesKind | ArrayKind | StructSpec;

/** A member: where it lies, in bytes from the start of its struct, and what it is. */
export interface FieldSpec {
  readonly offset: number;
  readonly kind: FieldKind;
  /** member of a union: shares its bytes with others, so writing it is optional */
  readonly overlaps?: true;
}

/** Memory layout of a C struct or union, as BTF tells it. */
export interface StructSpec {
  /** bytes, padding included */
  readonly size: number;
  readonly fields: Readonly<Record<string, FieldSpec>>;
}

/** Bytes that a value of this kind takes. */
export function sizeOfKind(kind: FieldKind): number {
  if (typeof kind === "string") return scalarSizes[kind];
  if ("bytes" in kind) return kind.bytes;
  if ("array" in kind) return sizeOfKind(kind.array) * kind.length;
  return kind.size;
}

const scalarSizes: Readonly<Record<ScalarKind, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
  bool: 1,
};
