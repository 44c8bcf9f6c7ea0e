import { expectGuard } from "@ringfence/agent";

/** True where BPF programs can be security module hooks. */
export const guarded: boolean = expectGuard().status === "active";
