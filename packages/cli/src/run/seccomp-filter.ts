import { constants } from "node:os";
import type { FilterInstruction } from "@ringfence/kernel/system";

// Offsets in struct seccomp_data and opcodes of classic BPF, from linux/seccomp.h and linux/bpf_common.h.
const NUMBER = 0;
const ARCHITECTURE = 4;
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;

/** bpf(2) by AUDIT_ARCH value; x86-64 has it again under the x32 numbers. */
const bpfNumbers: readonly { readonly architecture: number; readonly numbers: readonly number[] }[] = [
  { architecture: 0xc000003e, numbers: [321, 0x40000000 + 321] }, // x86-64, x32
  { architecture: 0x40000003, numbers: [357] }, // i386
  { architecture: 0xc00000b7, numbers: [280] }, // aarch64
  { architecture: 0x40000028, numbers: [386] }, // arm
];

/**
 * A filter that refuses bpf() with EPERM under every calling convention: root without a single capability can
 * still open pinned maps and links with it. A convention we do not know is refused whole.
 */
export function refuseBpf(): FilterInstruction[] {
  const refuse: FilterInstruction = { code: RETURN, jt: 0, jf: 0, k: ERRNO | constants.errno.EPERM };
  const allow: FilterInstruction = { code: RETURN, jt: 0, jf: 0, k: ALLOW };
  const blocks = bpfNumbers.flatMap(({ architecture, numbers }) => {
    const compare = numbers.map((k, index) => ({ code: JUMP_EQUAL, jt: numbers.length - index, jf: 0, k }));
    const body = [load(NUMBER), ...compare, allow, refuse];
    return [{ code: JUMP_EQUAL, jt: 0, jf: body.length, k: architecture }, ...body];
  });
  return [load(ARCHITECTURE), ...blocks, refuse];
}

function load(offset: number): FilterInstruction {
  return { code: LOAD, jt: 0, jf: 0, k: offset };
}
