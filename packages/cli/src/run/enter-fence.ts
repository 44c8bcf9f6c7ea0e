import { syscall } from "@ringfence/kernel/system";

const BPF_PROG_TEST_RUN = 10;
/** Bytes of the part of union bpf_attr that this command reads. */
const ATTRIBUTE_BYTES = 80;

/** Runs the program `fence_enter` on the calling process: from here on it and its descendants are fenced. */
export function enterFence(programFd: number): void {
  const attributes = new Uint8Array(ATTRIBUTE_BYTES);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, programFd, true);
  syscall("bpf", "enter the fence", BPF_PROG_TEST_RUN, attributes, attributes.length);
  const result = view.getUint32(4, true);
  if (result !== 0) throw new Error(`Cannot enter the fence: fence_enter returned ${result}`);
}
