export { Btf, KERNEL_BTF_PATH } from "./btf/btf.js";
export type { BtfEnumerator, BtfMember, BtfType } from "./btf/btf-type.js";
export type { Codec } from "./layout/codec.js";
export { type RenderOptions, renderLayout } from "./layout/render-layout.js";
export { bytesCodec, u32Codec, u64Codec } from "./layout/scalar-codecs.js";
export { StructCodec } from "./layout/struct-codec.js";
export type {
  ArrayKind,
  BytesKind,
  FieldKind,
  FieldSpec,
  ScalarKind,
  StructSpec,
} from "./layout/struct-spec.js";
export type { StructInput, StructValue, ValueOf } from "./layout/struct-value.js";
