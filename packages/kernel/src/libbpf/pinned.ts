import { RingfenceError } from "@ringfence/model";
import { errnoText } from "./errno.js";
import { libbpf } from "./library.js";

const objectPin = libbpf.func<(fd: number, path: string) => number>(
  "int bpf_obj_pin(int fd, const char *path)",
);
const objectGet = libbpf.func<(path: string) => number>("int bpf_obj_get(const char *path)");

/** Keeps a map, program or link beyond this process; the path lies in a bpf file system. Throws RF_PIN_REFUSED. */
export function pinObject(fd: number, path: string): void {
  const result = objectPin()(fd, path);
  if (result < 0) throw refusal(`pin to "${path}"`, -result);
}

/** Descriptor of a pinned map, program or link; the caller closes it. Throws RF_PIN_REFUSED. */
export function openPinned(path: string): number {
  const fd = objectGet()(path);
  if (fd < 0) throw refusal(`open the pin "${path}"`, -fd);
  return fd;
}

function refusal(action: string, errno: number): RingfenceError {
  return new RingfenceError("RF_PIN_REFUSED", `Cannot ${action}: ${errnoText(errno)}`);
}
