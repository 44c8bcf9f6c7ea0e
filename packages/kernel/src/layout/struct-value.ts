import type { FieldKind, FieldSpec, StructSpec } from "./struct-spec.js";

/** The TypeScript type of a field. */
export type ValueOf<K> = K extends "u64" | "i64"
  ? bigint
  : K extends "bool"
    ? boolean
    : K extends string
      ? number
      : K extends { readonly bytes: number }
        ? Uint8Array
        : K extends { readonly array: infer E extends FieldKind }
          ? readonly ValueOf<E>[]
          : K extends StructSpec
            ? StructValue<K>
            : never;

/** What decoding a struct gives: every field, all views of a union. */
export type StructValue<S extends StructSpec> = {
  readonly [N in keyof S["fields"]]: ValueOf<S["fields"][N]["kind"]>;
};

type OverlappingNames<F extends Readonly<Record<string, FieldSpec>>> = {
  [N in keyof F]: F[N] extends { readonly overlaps: true } ? N : never;
}[keyof F];

/** What encoding a struct takes: every field, of a union those that are meant. */
export type StructInput<S extends StructSpec> = {
  readonly [N in Exclude<keyof S["fields"], OverlappingNames<S["fields"]>>]: InputOf<S["fields"][N]["kind"]>;
} & {
  readonly [N in OverlappingNames<S["fields"]>]?: InputOf<S["fields"][N]["kind"]>;
};

type InputOf<K> = K extends { readonly bytes: number }
  ? Uint8Array
  : K extends { readonly array: infer E extends FieldKind }
    ? readonly InputOf<E>[]
    : K extends StructSpec
      ? StructInput<K>
      : ValueOf<K>;
