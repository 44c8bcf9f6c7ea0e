import koffi from "koffi";
import { objectInfo } from "./object-info.js";

/** What the kernel says about a loaded program (struct bpf_prog_info). */
export interface ProgramInfo {
  readonly type: number;
  readonly id: number;
  /** instructions the verifier walked, 0 before Linux 5.16 */
  readonly verifiedInstructions: number;
  /** nanoseconds spent and times run, while statistics are on */
  readonly runTimeNs: bigint;
  readonly runCount: bigint;
}

interface NativeInfo {
  readonly type: number;
  readonly id: number;
  readonly verified_insns: number;
  readonly run_time_ns: number | bigint;
  readonly run_cnt: number | bigint;
}

/** The leading part of struct bpf_prog_info (linux/bpf.h), which only ever grows. */
const infoType = koffi.struct({
  type: "uint32_t",
  id: "uint32_t",
  tag: koffi.array("uint8_t", 8),
  jited_prog_len: "uint32_t",
  xlated_prog_len: "uint32_t",
  jited_prog_insns: "uint64_t",
  xlated_prog_insns: "uint64_t",
  load_time: "uint64_t",
  created_by_uid: "uint32_t",
  nr_map_ids: "uint32_t",
  map_ids: "uint64_t",
  name: koffi.array("uint8_t", 16),
  ifindex: "uint32_t",
  gpl_compatible: "uint32_t",
  netns_dev: "uint64_t",
  netns_ino: "uint64_t",
  nr_jited_ksyms: "uint32_t",
  nr_jited_func_lens: "uint32_t",
  jited_ksyms: "uint64_t",
  jited_func_lens: "uint64_t",
  btf_id: "uint32_t",
  func_info_rec_size: "uint32_t",
  func_info: "uint64_t",
  nr_func_info: "uint32_t",
  nr_line_info: "uint32_t",
  line_info: "uint64_t",
  jited_line_info: "uint64_t",
  nr_jited_line_info: "uint32_t",
  line_info_rec_size: "uint32_t",
  jited_line_info_rec_size: "uint32_t",
  nr_prog_tags: "uint32_t",
  prog_tags: "uint64_t",
  run_time_ns: "uint64_t",
  run_cnt: "uint64_t",
  recursion_misses: "uint64_t",
  verified_insns: "uint32_t",
});

/** Asks the kernel about a program. */
export function programInfo(fd: number): ProgramInfo {
  const info = objectInfo<NativeInfo>(fd, infoType);
  return {
    type: info.type,
    id: info.id,
    verifiedInstructions: info.verified_insns,
    runTimeNs: BigInt(info.run_time_ns),
    runCount: BigInt(info.run_cnt),
  };
}
