import { readFileSync } from "node:fs";
import type { StructSpec } from "../layout/struct-spec.js";
import type { BtfType } from "./btf-type.js";
import { elfSection } from "./elf-section.js";
import { structSpec } from "./layout-from-btf.js";
import { parseBtf } from "./parse-btf.js";

/** The kernel's own type information. */
export const KERNEL_BTF_PATH = "/sys/kernel/btf/vmlinux";

/** The types of one BPF object, or of the kernel. */
export class Btf {
  readonly types: readonly BtfType[];

  constructor(bytes: Uint8Array) {
    this.types = parseBtf(bytes);
  }

  /** Reads the .BTF section of an ELF object. Throws when the file has none. */
  static fromObject(path: string): Btf {
    const section = elfSection(readFileSync(path), ".BTF");
    if (section === undefined) {
      throw new Error(`Cannot read types of "${path}": no .BTF section; compile it with clang -g`);
    }
    return new Btf(section);
  }

  /** Reads raw BTF, such as KERNEL_BTF_PATH. */
  static fromRaw(path: string): Btf {
    return new Btf(readFileSync(path));
  }

  /** Types of one kind whose name begins with a prefix, in file order. */
  named(kind: "struct" | "enum", prefix: string): readonly BtfType[] {
    return this.types.filter((type) => type.kind === kind && type.name.startsWith(prefix));
  }

  /** True when a function, such as a kfunc, has this name. */
  hasFunction(name: string): boolean {
    return this.types.some((type) => type.kind === "function" && type.name === name);
  }

  /** The layout of a struct. Throws when it is absent or holds what a layout can not say. */
  layoutOf(structName: string): StructSpec {
    const type = this.types.find((t) => t.kind === "struct" && t.name === structName);
    if (type === undefined) throw new Error(`Cannot find struct "${structName}" in the BTF`);
    return structSpec(this.types, type);
  }
}
