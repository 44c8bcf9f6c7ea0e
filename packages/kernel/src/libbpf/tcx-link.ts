import { closeSync } from "node:fs";
import { RingfenceError } from "@ringfence/model";
import { captureMessages } from "./capture-messages.js";
import { errnoText } from "./errno.js";
import { libbpf } from "./library.js";

/** enum bpf_attach_type of linux/bpf.h. */
const BPF_TCX_EGRESS = 47;

const linkCreate = libbpf.func<(program: number, target: number, type: number, options: null) => number>(
  "int bpf_link_create(int program, int target, int type, void *options)",
);
const objectPin = libbpf.func<(fd: number, path: string) => number>(
  "int bpf_obj_pin(int fd, const char *path)",
);

/**
 * A program on the way out of an interface (Linux 6.6), beside others and before those of clsact. Unlike a clsact filter
 * it goes with its last descriptor and pin.
 */
export class TcxLink implements Disposable {
  readonly #ifindex: number;
  #fd: number;

  private constructor(ifindex: number, fd: number) {
    this.#ifindex = ifindex;
    this.#fd = fd;
  }

  /** Throws RF_ATTACH_REFUSED, also where the kernel does not have such links. */
  static attach(programFd: number, ifindex: number): TcxLink {
    const fd = captureMessages([], () => linkCreate()(programFd, ifindex, BPF_TCX_EGRESS, null));
    if (fd >= 0) return new TcxLink(ifindex, fd);
    throw refusal(`attach to the egress of interface ${ifindex}`, fd);
  }

  /** Owned by this object; a child that inherits it keeps the hook attached. */
  get fd(): number {
    return this.#fd;
  }

  /** Keeps the link attached beyond this process; the path lies in a bpf file system. */
  pin(path: string): void {
    const result = objectPin()(this.#fd, path);
    if (result < 0) throw refusal(`pin the link of interface ${this.#ifindex} to "${path}"`, result);
  }

  /** Closes this holder of the link; safe to call twice. */
  destroy(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

function refusal(action: string, result: number): RingfenceError {
  return new RingfenceError("RF_ATTACH_REFUSED", `Cannot ${action}: ${errnoText(-result)}`);
}
