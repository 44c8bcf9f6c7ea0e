/** A member of a BTF struct or union. */
export interface BtfMember {
  /** empty for an anonymous struct or union inside */
  readonly name: string;
  readonly type: number;
  /** bits from the start of the struct */
  readonly bitOffset: number;
  /** bits of a bit-field, 0 otherwise */
  readonly bitSize: number;
}

/** A name of a BTF enum and its value. */
export interface BtfEnumerator {
  readonly name: string;
  readonly value: bigint;
}

/** One BTF type; ids count from 1 in file order, 0 is void. Kinds without a use here are "other". */
export type BtfType =
  | {
      readonly kind: "int";
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly bool: boolean;
    }
  | { readonly kind: "pointer"; readonly name: string; readonly type: number }
  | { readonly kind: "array"; readonly name: string; readonly type: number; readonly length: number }
  | {
      readonly kind: "struct" | "union";
      readonly name: string;
      readonly size: number;
      readonly members: readonly BtfMember[];
    }
  | {
      readonly kind: "enum";
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly values: readonly BtfEnumerator[];
    }
  /** typedef, const, volatile, restrict, type tag: another name for the type it refers to */
  | { readonly kind: "alias"; readonly name: string; readonly type: number }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "other"; readonly name: string };
