import type { Btf } from "../btf/btf.js";
import type { BtfMember, BtfType } from "../btf/btf-type.js";
import { resolveAlias } from "../btf/layout-from-btf.js";
import type { FieldKind, FieldSpec, StructSpec } from "./struct-spec.js";

/** The constant that holds a type's layout, or undefined to write the layout in place. */
export type Named = (type: BtfType) => string | undefined;

/** The object literal of a struct's layout; constants it refers to are added to `used`. */
export function renderKind(btf: Btf, structName: string, named: Named, used: Set<string>): string {
  const type = btf.types.find((t) => t.kind === "struct" && t.name === structName);
  if (type?.kind !== "struct") throw new Error(`Cannot find struct "${structName}" in the BTF`);
  const constants = new Map<string, string>();
  for (const [field, name] of constantsOf(btf, type.members, named)) {
    constants.set(field, name);
    used.add(name);
  }
  return renderSpec(btf.layoutOf(structName), "", constants);
}

/** Fields, also those of anonymous members, whose type, or whose array's element, is a named struct. */
function constantsOf(btf: Btf, members: readonly BtfMember[], named: Named): [string, string][] {
  return members.flatMap((member): [string, string][] => {
    let type = resolveAlias(btf.types, member.type);
    while (type.kind === "array") type = resolveAlias(btf.types, type.type);
    if (type.kind !== "struct" && type.kind !== "union") return [];
    if (member.name === "") return constantsOf(btf, type.members, named);
    const name = type.kind === "struct" ? named(type) : undefined;
    return name === undefined ? [] : [[member.name, name]];
  });
}

function renderSpec(spec: StructSpec, indent: string, constants: ReadonlyMap<string, string>): string {
  const inner = `${indent}  `;
  const fields = Object.entries(spec.fields).map(
    ([name, field]) => `${inner}  ${name}: ${renderField(field, `${inner}  `, constants.get(name))},`,
  );
  const body = fields.length === 0 ? "{}" : `{\n${fields.join("\n")}\n${inner}}`;
  return `{\n${inner}size: ${spec.size},\n${inner}fields: ${body},\n${indent}}`;
}

function renderField({ offset, kind, overlaps }: FieldSpec, indent: string, constant?: string): string {
  const text = renderFieldKind(kind, `${indent}  `, constant);
  const end = overlaps ? ", overlaps: true" : "";
  if (!text.includes("\n")) return `{ offset: ${offset}, kind: ${text}${end} }`;
  const last = overlaps ? `\n${indent}  overlaps: true,` : "";
  return `{\n${indent}  offset: ${offset},\n${indent}  kind: ${text},${last}\n${indent}}`;
}

function renderFieldKind(kind: FieldKind, indent: string, constant?: string): string {
  if (typeof kind === "string") return `"${kind}"`;
  if ("bytes" in kind) return `{ bytes: ${kind.bytes} }`;
  if (!("array" in kind)) return constant ?? renderSpec(kind, indent, new Map());
  const element = renderFieldKind(kind.array, `${indent}  `, constant);
  if (!element.includes("\n")) return `{ array: ${element}, length: ${kind.length} }`;
  return `{\n${indent}  array: ${element},\n${indent}  length: ${kind.length},\n${indent}}`;
}
