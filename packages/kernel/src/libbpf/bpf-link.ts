import { RingfenceError } from "@ringfence/model";
import koffi from "koffi";
import { captureMessages } from "./capture-messages.js";
import { errnoText } from "./errno.js";
import { Handle } from "./handle.js";
import { libbpf } from "./library.js";

type OnLink = (link: bigint) => number;

const linkFd = libbpf.func<OnLink>("int bpf_link__fd(void *link)");
const linkDestroy = libbpf.func<OnLink>("int bpf_link__destroy(void *link)");
const linkDetach = libbpf.func<OnLink>("int bpf_link__detach(void *link)");
const linkUnpin = libbpf.func<OnLink>("int bpf_link__unpin(void *link)");
const linkPin = libbpf.func<(link: bigint, path: string) => number>(
  "int bpf_link__pin(void *link, const char *path)",
);
const linkUpdate = libbpf.func<(link: bigint, program: bigint) => number>(
  "int bpf_link__update_program(void *link, void *program)",
);
const linkOpen = libbpf.func<(path: string) => bigint | null>("void *bpf_link__open(const char *path)");

/** A program attached to its hook. The hook is left when the last descriptor and pin of it are gone. */
export class BpfLink implements Disposable {
  readonly #handle: Handle;
  readonly #name: string;

  /** @param name of the attached program, for messages */
  constructor(pointer: bigint, name: string) {
    this.#handle = new Handle(pointer, `the link of "${name}"`);
    this.#name = name;
  }

  /** Opens a pinned link. Throws RF_ATTACH_REFUSED. */
  static open(path: string): BpfLink {
    const pointer = captureMessages([], () => linkOpen()(path));
    if (pointer !== null) return new BpfLink(pointer, path);
    throw new RingfenceError(
      "RF_ATTACH_REFUSED",
      `Cannot open the link "${path}": ${errnoText(koffi.errno())}`,
    );
  }

  /** Owned by this object; a child that inherits it keeps the hook attached. */
  get fd(): number {
    return linkFd()(this.#handle.pointer);
  }

  /** Replaces the program without a moment in which none runs. */
  update(program: { readonly pointer: bigint; readonly name: string }): void {
    const action = `replace the program of the link of "${this.#name}" by "${program.name}"`;
    this.#check(() => linkUpdate()(this.#handle.pointer, program.pointer), action);
  }

  /** Keeps the link attached beyond this process; the path lies in a bpf file system. */
  pin(path: string): void {
    this.#check(() => linkPin()(this.#handle.pointer, path), `pin the link of "${this.#name}" to "${path}"`);
  }

  /** Removes the pin that this object made. */
  unpin(): void {
    this.#check(() => linkUnpin()(this.#handle.pointer), `unpin the link of "${this.#name}"`);
  }

  /** Leaves the hook at once, whoever else holds the link; the link stays a dead object until destroyed. */
  detach(): void {
    this.#check(() => linkDetach()(this.#handle.pointer), `detach "${this.#name}"`);
  }

  /** Closes this holder of the link; safe to call twice. */
  destroy(): void {
    const pointer = this.#handle.take();
    if (pointer !== undefined) linkDestroy()(pointer);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #check(call: () => number, action: string): void {
    const messages: string[] = [];
    const result = captureMessages(messages, call);
    if (result >= 0) return;
    throw new RingfenceError("RF_ATTACH_REFUSED", `Cannot ${action}: ${errnoText(-result)}`, {
      cause: messages.length === 0 ? undefined : new Error(messages.join("")),
    });
  }
}
