import { type FieldKind, type ScalarKind, type StructSpec, sizeOfKind } from "./struct-spec.js";

/** Reads the value at an offset in little-endian order. */
export type Reader = (view: DataView, offset: number) => unknown;

/** Writes a value at an offset in little-endian order. */
export type Writer = (view: DataView, offset: number, value: unknown) => void;

const scalarReaders: Readonly<Record<ScalarKind, Reader>> = {
  u8: (view, offset) => view.getUint8(offset),
  i8: (view, offset) => view.getInt8(offset),
  u16: (view, offset) => view.getUint16(offset, true),
  i16: (view, offset) => view.getInt16(offset, true),
  u32: (view, offset) => view.getUint32(offset, true),
  i32: (view, offset) => view.getInt32(offset, true),
  u64: (view, offset) => view.getBigUint64(offset, true),
  i64: (view, offset) => view.getBigInt64(offset, true),
  bool: (view, offset) => view.getUint8(offset) !== 0,
};

const scalarWriters: Readonly<Record<ScalarKind, Writer>> = {
  u8: (view, offset, value) => view.setUint8(offset, value as number),
  i8: (view, offset, value) => view.setInt8(offset, value as number),
  u16: (view, offset, value) => view.setUint16(offset, value as number, true),
  i16: (view, offset, value) => view.setInt16(offset, value as number, true),
  u32: (view, offset, value) => view.setUint32(offset, value as number, true),
  i32: (view, offset, value) => view.setInt32(offset, value as number, true),
  u64: (view, offset, value) => view.setBigUint64(offset, value as bigint, true),
  i64: (view, offset, value) => view.setBigInt64(offset, value as bigint, true),
  bool: (view, offset, value) => view.setUint8(offset, value === true ? 1 : 0),
};

/** A reader for one kind; bytes come as a view into the same memory, not as a copy. */
export function readerOf(kind: FieldKind): Reader {
  if (typeof kind === "string") return scalarReaders[kind];
  if ("bytes" in kind) {
    return (view, offset) => new Uint8Array(view.buffer, view.byteOffset + offset, kind.bytes);
  }
  if ("array" in kind) {
    const read = readerOf(kind.array);
    const stride = sizeOfKind(kind.array);
    return (view, offset) => Array.from({ length: kind.length }, (_, i) => read(view, offset + i * stride));
  }
  return structReader(kind);
}

function structReader(spec: StructSpec): Reader {
  const fields = Object.entries(spec.fields).map(
    ([name, { offset, kind }]) => [name, offset, readerOf(kind)] as const,
  );
  return (view, offset) => {
    const value: Record<string, unknown> = {};
    for (const [name, at, read] of fields) value[name] = read(view, offset + at);
    return value;
  };
}

/** A writer for one kind; `name` is for messages. Shorter bytes and arrays are filled up with zeros. */
export function writerOf(kind: FieldKind, name: string): Writer {
  if (typeof kind === "string") return scalarWriters[kind];
  if ("bytes" in kind) return bytesWriter(kind.bytes, name);
  if ("array" in kind) return arrayWriter(kind.array, kind.length, name);
  return structWriter(kind, name);
}

function bytesWriter(length: number, name: string): Writer {
  return (view, offset, value) => {
    const bytes = value as Uint8Array;
    if (bytes.length > length) throw tooLong(name, bytes.length, length, "bytes");
    const target = new Uint8Array(view.buffer, view.byteOffset + offset, length);
    target.set(bytes);
    target.fill(0, bytes.length);
  };
}

function arrayWriter(element: FieldKind, length: number, name: string): Writer {
  const write = writerOf(element, `${name}[]`);
  const stride = sizeOfKind(element);
  return (view, offset, value) => {
    const elements = value as readonly unknown[];
    if (elements.length > length) throw tooLong(name, elements.length, length, "elements");
    new Uint8Array(view.buffer, view.byteOffset + offset, stride * length).fill(0);
    for (const [index, item] of elements.entries()) write(view, offset + index * stride, item);
  };
}

function structWriter(spec: StructSpec, name: string): Writer {
  const fields = Object.entries(spec.fields).map(([field, { offset, kind }]) => {
    return [field, offset, writerOf(kind, `${name}.${field}`)] as const;
  });
  return (view, offset, value) => {
    // padding must be zero: hash maps compare keys byte by byte
    new Uint8Array(view.buffer, view.byteOffset + offset, spec.size).fill(0);
    const record = value as Readonly<Record<string, unknown>>;
    for (const [field, at, write] of fields) {
      if (record[field] !== undefined) write(view, offset + at, record[field]);
    }
  };
}

function tooLong(name: string, actual: number, limit: number, unit: string): RangeError {
  return new RangeError(`Cannot encode "${name}": ${actual} ${unit} do not fit into ${limit}`);
}
