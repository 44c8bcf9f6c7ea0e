import type { Codec } from "./codec.js";
import { type Reader, readerOf, type Writer, writerOf } from "./field-access.js";
import type { StructSpec } from "./struct-spec.js";
import type { StructInput, StructValue, ValueOf } from "./struct-value.js";

/**
 * Codec of a struct from its generated layout.
 * Decoded byte arrays are views into the given memory: copy what must outlive it.
 */
export class StructCodec<S extends StructSpec> implements Codec<StructValue<S>, StructInput<S>> {
  readonly size: number;
  readonly spec: S;
  readonly #name: string;
  readonly #read: Reader;
  readonly #write: Writer;

  /** @param name the struct's name, for messages */
  constructor(spec: S, name = "struct") {
    this.spec = spec;
    this.size = spec.size;
    this.#name = name;
    this.#read = readerOf(spec);
    this.#write = writerOf(spec, name);
  }

  decode(view: DataView, offset = 0): StructValue<S> {
    return this.#read(view, offset) as StructValue<S>;
  }

  /** Writes all `size` bytes, padding as zeros. Throws RangeError when bytes or an array are too long. */
  encode(value: StructInput<S>, view: DataView, offset = 0): void {
    this.#write(view, offset, value);
  }

  fromBytes(bytes: Uint8Array): StructValue<S> {
    if (bytes.length < this.size) {
      throw new RangeError(`Cannot decode "${this.#name}": ${bytes.length} bytes given, ${this.size} needed`);
    }
    return this.decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  toBytes(value: StructInput<S>): Uint8Array {
    const bytes = new Uint8Array(this.size);
    this.encode(value, new DataView(bytes.buffer));
    return bytes;
  }

  /** A reader of one field, for hot paths that need no whole value; the offset is the struct's. */
  field<N extends keyof S["fields"] & string>(
    name: N,
  ): (view: DataView, offset: number) => ValueOf<S["fields"][N]["kind"]> {
    const field = this.spec.fields[name];
    if (field === undefined) throw new TypeError(`Cannot read "${this.#name}.${name}": no such field`);
    const read = readerOf(field.kind);
    const at = field.offset;
    return (view, offset) => read(view, offset + at) as ValueOf<S["fields"][N]["kind"]>;
  }
}
