import { fileURLToPath } from "node:url";

/** The BPF object that this build loads. */
export const OBJECT_PATH = fileURLToPath(new URL("../../../bpf/build/ringfence.bpf.o", import.meta.url));
