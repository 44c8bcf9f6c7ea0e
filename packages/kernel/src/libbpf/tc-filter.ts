import { constants } from "node:os";
import { RingfenceError } from "@ringfence/model";
import koffi from "koffi";
import { captureMessages } from "./capture-messages.js";
import { errnoText } from "./errno.js";
import { libbpf } from "./library.js";

/** Which way packets pass the clsact hook of an interface. */
export type TcDirection = "ingress" | "egress";

const attachPoints: Readonly<Record<TcDirection, number>> = { ingress: 1, egress: 2 };

const hookType = koffi.struct({ sz: "size_t", ifindex: "int", attach_point: "int", parent: "uint32_t" });
const optionsType = koffi.struct({
  sz: "size_t",
  prog_fd: "int",
  flags: "uint32_t",
  prog_id: "uint32_t",
  handle: "uint32_t",
  priority: "uint32_t",
});

interface Hook {
  readonly sz: number;
  readonly ifindex: number;
  readonly attach_point: number;
  readonly parent: number;
}

interface Options {
  readonly sz: number;
  readonly prog_fd: number;
  readonly flags: number;
  readonly prog_id: number;
  readonly handle: number;
  readonly priority: number;
}

/** The address of a C struct with these fields; the bytes must stay referenced during the call. */
function native(type: typeof hookType, value: object): Uint8Array {
  const bytes = Buffer.alloc(koffi.sizeof(type));
  koffi.encode(bytes, type, value);
  return bytes;
}

const hookCreate = libbpf.func<(hook: Uint8Array) => number>("int bpf_tc_hook_create(void *hook)");
const tcAttach = libbpf.func<(hook: Uint8Array, options: Uint8Array) => number>(
  "int bpf_tc_attach(void *hook, void *opts)",
);
const tcDetach = libbpf.func<(hook: Uint8Array, options: Uint8Array) => number>(
  "int bpf_tc_detach(void *hook, void *opts)",
);

/** A program on an interface's clsact queueing discipline. Stays attached until detached, also after exit. */
export class TcFilter implements Disposable {
  readonly ifindex: number;
  readonly direction: TcDirection;
  readonly handle: number;
  readonly priority: number;
  #attached = true;

  private constructor(ifindex: number, direction: TcDirection, handle: number, priority: number) {
    this.ifindex = ifindex;
    this.direction = direction;
    this.handle = handle;
    this.priority = priority;
  }

  /**
   * Attaches a program, making the clsact discipline when there is none (it is shared and stays).
   * `priority` orders the filters of a hook, lower first; 0 lets the kernel choose.
   */
  static attach(programFd: number, ifindex: number, direction: TcDirection, priority = 0): TcFilter {
    const messages: string[] = [];
    const hook = hookFor(ifindex, direction);
    const options = optionsWith({ prog_fd: programFd, handle: 0, priority });
    const result = captureMessages(messages, () => {
      const created = hookCreate()(hook);
      return created < 0 && created !== -constants.errno.EEXIST ? created : tcAttach()(hook, options);
    });
    if (result < 0) {
      const where = `${direction} of interface ${ifindex}`;
      throw new RingfenceError("RF_ATTACH_REFUSED", `Cannot attach to tc ${where}: ${errnoText(-result)}`, {
        cause: messages.length === 0 ? undefined : new Error(messages.join("")),
      });
    }
    const attached = koffi.decode(options, optionsType) as Options;
    return new TcFilter(ifindex, direction, attached.handle, attached.priority);
  }

  /** Removes the filter; safe to call twice, and after the interface is gone. */
  detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    const options = optionsWith({ prog_fd: 0, handle: this.handle, priority: this.priority });
    const result = captureMessages([], () => tcDetach()(hookFor(this.ifindex, this.direction), options));
    const gone = result === -constants.errno.ENODEV || result === -constants.errno.ENOENT;
    if (result < 0 && !gone) {
      const where = `${this.direction} of interface ${this.ifindex}`;
      throw new RingfenceError("RF_ATTACH_REFUSED", `Cannot detach from tc ${where}: ${errnoText(-result)}`);
    }
  }

  [Symbol.dispose](): void {
    this.detach();
  }
}

function hookFor(ifindex: number, direction: TcDirection): Uint8Array {
  const attach_point = attachPoints[direction];
  const hook: Hook = { sz: koffi.sizeof(hookType), ifindex, attach_point, parent: 0 };
  return native(hookType, hook);
}

function optionsWith(set: Pick<Options, "prog_fd" | "handle" | "priority">): Uint8Array {
  const options: Options = { sz: koffi.sizeof(optionsType), flags: 0, prog_id: 0, ...set };
  return native(optionsType, options);
}
