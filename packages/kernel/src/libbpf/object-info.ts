import { RingfenceError } from "@ringfence/model";
import koffi from "koffi";
import { errnoText } from "./errno.js";
import { libbpf } from "./library.js";

const getInfo = libbpf.func<(fd: number, info: Uint8Array, length: Uint32Array) => number>(
  "int bpf_obj_get_info_by_fd(int fd, void *info, void *length)",
);

/** bpf_obj_get_info_by_fd decoded as the koffi struct that `T` describes; members that an older kernel lacks read as zero. */
export function objectInfo<T>(fd: number, type: ReturnType<typeof koffi.struct>): T {
  const bytes = Buffer.alloc(koffi.sizeof(type));
  const result = getInfo()(fd, bytes, new Uint32Array([bytes.length]));
  if (result < 0) {
    const reason = errnoText(-result);
    throw new RingfenceError("RF_INTERNAL", `Cannot ask the kernel about BPF descriptor ${fd}: ${reason}`);
  }
  return koffi.decode(bytes, type) as T;
}
