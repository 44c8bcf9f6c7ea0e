const ELF_MAGIC = 0x464c457f;
const ELF_CLASS_64 = 2;
const ELF_LITTLE_ENDIAN = 1;
const SECTION_HEADER_BYTES = 64;

/**
 * The bytes of a named section of a 64-bit little-endian ELF file, as a view; undefined when there is none.
 * Layout: the ELF-64 object file format. Throws on anything else than such a file.
 */
export function elfSection(file: Uint8Array, name: string): Uint8Array | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 64 || view.getUint32(0, true) !== ELF_MAGIC) {
    throw new Error("Cannot read ELF sections: the file is not an ELF object");
  }
  if (file[4] !== ELF_CLASS_64 || file[5] !== ELF_LITTLE_ENDIAN) {
    throw new Error("Cannot read ELF sections: the object is not 64-bit little-endian");
  }
  const table = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  const names = sectionAt(view, table, view.getUint16(62, true));
  for (let index = 0; index < count; index++) {
    const section = sectionAt(view, table, index);
    if (textAt(file, names.offset + section.name) === name) {
      return file.subarray(section.offset, section.offset + section.size);
    }
  }
  return undefined;
}

function sectionAt(view: DataView, table: number, index: number) {
  const at = table + index * SECTION_HEADER_BYTES;
  return {
    name: view.getUint32(at, true),
    offset: Number(view.getBigUint64(at + 24, true)),
    size: Number(view.getBigUint64(at + 32, true)),
  };
}

function textAt(file: Uint8Array, offset: number): string {
  return Buffer.from(file.subarray(offset, file.indexOf(0, offset))).toString("latin1");
}
