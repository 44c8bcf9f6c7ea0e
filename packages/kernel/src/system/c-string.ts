/** The bytes of a C string: UTF-8 for text, as they are for bytes, with the closing NUL. */
export function cString(value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  if (bytes.includes(0)) throw new TypeError("Cannot pass a NUL byte inside a C string: remove it");
  const out = new Uint8Array(bytes.length + 1);
  out.set(bytes);
  return out;
}
