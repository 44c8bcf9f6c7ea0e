import { type Isolation, isolationOf, landlockAbi } from "@ringfence/kernel/system";

/** What a fence on this kernel keeps its processes from by Landlock: newer kernels refuse signals, older ones mounts. */
export const isolation: Isolation = isolationOf(landlockAbi());
