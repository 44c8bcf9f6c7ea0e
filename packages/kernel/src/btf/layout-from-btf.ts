import type { FieldKind, FieldSpec, ScalarKind, StructSpec } from "../layout/struct-spec.js";
import type { BtfMember, BtfType } from "./btf-type.js";

type Types = readonly BtfType[];

/** The layout of a BTF struct or union; the members of anonymous ones inside appear as its own. */
export function structSpec(types: Types, type: BtfType): StructSpec {
  if (type.kind !== "struct" && type.kind !== "union") {
    throw new Error(`Cannot lay out "${type.name}": it is a ${type.kind}, not a struct`);
  }
  const fields: Record<string, FieldSpec> = {};
  addFields(types, type.members, { owner: type.name, base: 0, overlaps: type.kind === "union" }, fields);
  return { size: type.size, fields };
}

interface Place {
  readonly owner: string;
  /** bytes from the start of the outermost struct */
  readonly base: number;
  readonly overlaps: boolean;
}

function addFields(
  types: Types,
  members: readonly BtfMember[],
  { owner, base, overlaps }: Place,
  fields: Record<string, FieldSpec>,
): void {
  for (const member of members) {
    const where = `${owner}.${member.name}`;
    const offset = base + member.bitOffset / 8;
    if (member.bitSize !== 0 || !Number.isInteger(offset)) {
      throw new Error(`Cannot lay out "${where}": it is a bit-field; use a whole integer`);
    }
    const target = resolveAlias(types, member.type);
    if (member.name === "" && (target.kind === "struct" || target.kind === "union")) {
      const inside = { owner, base: offset, overlaps: overlaps || target.kind === "union" };
      addFields(types, target.members, inside, fields);
      continue;
    }
    const kind = fieldKind(types, member.type, where);
    fields[member.name] = overlaps ? { offset, kind, overlaps } : { offset, kind };
  }
}

/** The kind of a field; `where` names it in messages. Pointers are u64, enums integers of their size. */
export function fieldKind(types: Types, id: number, where: string): FieldKind {
  const type = resolveAlias(types, id);
  switch (type.kind) {
    case "int":
      return type.bool ? "bool" : scalar(type.size, type.signed, where);
    case "enum":
      return scalar(type.size, type.signed, where);
    case "pointer":
      return "u64";
    case "array": {
      const element = fieldKind(types, type.type, where);
      const isBytes = element === "u8" || element === "i8";
      return isBytes ? { bytes: type.length } : { array: element, length: type.length };
    }
    case "struct":
    case "union":
      return structSpec(types, type);
    default:
      throw new Error(`Cannot lay out "${where}": a ${type.kind} type has no layout`);
  }
}

/** The type behind typedefs and qualifiers. */
export function resolveAlias(types: Types, id: number): BtfType {
  let type = types[id];
  while (type?.kind === "alias") type = types[type.type];
  if (type === undefined) throw new Error(`Cannot find type ${id} in the BTF`);
  return type;
}

function scalar(size: number, signed: boolean, where: string): ScalarKind {
  switch (size) {
    case 1:
      return signed ? "i8" : "u8";
    case 2:
      return signed ? "i16" : "u16";
    case 4:
      return signed ? "i32" : "u32";
    case 8:
      return signed ? "i64" : "u64";
    default:
      throw new Error(`Cannot lay out "${where}": an integer of ${size} bytes has no kind`);
  }
}
