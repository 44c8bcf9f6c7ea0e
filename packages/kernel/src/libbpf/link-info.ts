import koffi from "koffi";
import { objectInfo } from "./object-info.js";

/** What the kernel says about a link (the leading part of struct bpf_link_info). */
export interface LinkInfo {
  readonly id: number;
  /** of the program that it runs; 0 once it was detached */
  readonly programId: number;
  /** of a link to a cgroup, that cgroup's id; 0 once it was detached */
  readonly cgroup: bigint;
}

interface NativeInfo {
  readonly type: number;
  readonly id: number;
  readonly prog_id: number;
  readonly cgroup: number | bigint;
}

const BPF_LINK_TYPE_CGROUP = 3;
const infoType = koffi.struct({
  type: "uint32_t",
  id: "uint32_t",
  prog_id: "uint32_t",
  padding: "uint32_t",
  cgroup: "uint64_t",
});

/** Asks the kernel about a link. */
export function linkInfo(fd: number): LinkInfo {
  const info = objectInfo<NativeInfo>(fd, infoType);
  return {
    id: info.id,
    programId: info.prog_id,
    cgroup: info.type === BPF_LINK_TYPE_CGROUP ? BigInt(info.cgroup) : 0n,
  };
}
